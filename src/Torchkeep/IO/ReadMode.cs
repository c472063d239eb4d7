namespace Torchkeep.IO;

/// <summary>One method written once for both dialects: in the synchronous one the returned task is always complete.</summary>
internal static class ReadMode
{
    internal static ValueTask ReadAsync(this ByteSource source, long offset, Memory<byte> destination, bool async, CancellationToken cancellationToken)
    {
        if (async)
        {
            return source.ReadAsync(offset, destination, cancellationToken);
        }

        source.Read(offset, destination.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>The result of a method that was called in the synchronous dialect.</summary>
    internal static T Complete<T>(this ValueTask<T> task) => task.GetAwaiter().GetResult();

    internal static void Complete(this ValueTask task) => task.GetAwaiter().GetResult();
}
