namespace Torchkeep.IO;

/// <summary>Bytes in managed memory.</summary>
internal sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes) : ByteSource
{
    public override long Length => bytes.Length;

    public override void Read(long offset, Span<byte> destination)
    {
        if (!TryGetSpan(offset, destination.Length, out var span))
        {
            IOThrow.Truncated(Name, offset, destination.Length, Length);
        }

        span.CopyTo(destination);
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> span)
    {
        if (!IsInside(offset, length))
        {
            span = default;
            return false;
        }

        span = bytes.Span.Slice((int)offset, length);
        return true;
    }
}
