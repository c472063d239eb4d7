using System.Buffers;

namespace Torchkeep.IO;

/// <summary>
/// A source of somebody else's. No call leaves the bytes that it says it has, and where it has fewer than it says, the
/// error is that of a file that is cut off. It owns the other source.
/// </summary>
internal sealed class GuardedByteSource : DelegatingByteSource
{
    private GuardedByteSource(ByteSource inner)
        : base(inner)
    {
        Length = inner.Length;
        if (Length < 0)
        {
            throw new InvalidCheckpointException($"the source of bytes says that its length is {Length}") { File = Name };
        }
    }

    /// <summary>Asked once: the checks of sizes and offsets rely on it.</summary>
    public override long Length { get; }

    /// <summary>The source itself where it is one of Torchkeep's own, which check their offsets.</summary>
    internal static ByteSource Of(ByteSource source) =>
        source.GetType().Assembly == typeof(ByteSource).Assembly ? source : new GuardedByteSource(source);

    /// <summary>As <see cref="Of"/>, for a caller who disposes the source: it is disposed when this fails.</summary>
    internal static ByteSource Owning(ByteSource source)
    {
        try
        {
            return Of(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        try
        {
            Inner.Read(offset, destination);
        }
        catch (Exception error) when (IsEnd(error))
        {
            throw Ended(offset, destination.Length, error);
        }
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        try
        {
            await Inner.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (IsEnd(error))
        {
            throw Ended(offset, destination.Length, error);
        }
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        try
        {
            // A span of another length is none of those bytes. Read says what is wrong, or reads them.
            return IsInside(offset, length) && Inner.TryGetSpan(offset, length, out bytes) && bytes.Length == length;
        }
        catch (Exception error) when (IsEnd(error))
        {
            throw Ended(offset, length, error);
        }
    }

    public override bool TryMap(long offset, long length, out MemoryHandle memory)
    {
        memory = default;
        try
        {
            return IsInside(offset, length) && Inner.TryMap(offset, length, out memory);
        }
        catch (Exception error) when (IsEnd(error))
        {
            throw Ended(offset, length, error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }
    }

    // What streams, arrays and spans throw where they end.
    private static bool IsEnd(Exception error) => error is ArgumentException or EndOfStreamException or IndexOutOfRangeException;

    private InvalidCheckpointException Ended(long offset, long length, Exception error) =>
        new($"the source of bytes says that it has {Length} bytes, and fails to give the {length} at {offset}: {error.Message}", error)
        {
            File = Name,
            Offset = offset,
        };
}
