namespace Torchkeep.Tests.IO;

/// <summary>A source from outside of the library that keeps no more promises than it is told to.</summary>
/// <param name="bytes">What it has.</param>
/// <param name="length">What it says it has.</param>
internal sealed class FaultyByteSource(byte[] bytes, long length) : ByteSource
{
    public override long Length => length;

    /// <summary>Reads that reach this byte fail.</summary>
    internal long End { get; init; } = long.MaxValue;

    /// <summary>With what.</summary>
    internal Func<Exception> Error { get; init; } = () => new ArgumentOutOfRangeException(nameof(End));

    /// <summary>Hands out spans of this length, whatever is asked for.</summary>
    internal int? SpanLength { get; init; }

    /// <summary>The first call that left the length.</summary>
    internal string? Outside { get; private set; }

    internal bool IsDisposed { get; private set; }

    public override void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > length - destination.Length)
        {
            Outside ??= $"{destination.Length} bytes at {offset} of {length}";
        }

        if (offset + destination.Length > End)
        {
            throw Error();
        }

        bytes.AsSpan(checked((int)offset), destination.Length).CopyTo(destination);
    }

    public override bool TryGetSpan(long offset, int count, out ReadOnlySpan<byte> span)
    {
        span = SpanLength is { } given ? bytes.AsSpan(0, given) : default;
        return SpanLength is not null;
    }

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
