namespace Torchkeep.Tests.IO;

/// <summary>Any number of bytes that nobody holds: each follows from its place. It can fail at a byte, and be asked to be zero.</summary>
internal sealed class PatternByteSource(long length) : ByteSource
{
    public override long Length => length;

    internal bool IsZero { get; init; }

    /// <summary>Reads that reach this byte fail.</summary>
    internal long FailsAt { get; init; } = long.MaxValue;

    /// <summary>Called with the end of every read.</summary>
    internal Action<long>? OnRead { get; init; }

    public override void Read(long offset, Span<byte> destination)
    {
        if (offset + destination.Length > FailsAt)
        {
            throw new IOException("the disk is gone");
        }

        OnRead?.Invoke(offset + destination.Length);
        if (IsZero)
        {
            destination.Clear();
            return;
        }

        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = At(offset + i);
        }
    }

    internal static byte At(long place) => (byte)((place * 31) + (place >> 8));
}
