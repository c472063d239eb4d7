namespace Torchkeep.IO;

/// <summary>A part of another source, which it does not own.</summary>
internal sealed class SliceByteSource(ByteSource whole, long start, long length) : ByteSource
{
    public override long Length => length;

    public override string? Name => whole.Name;

    public override void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > length - destination.Length)
        {
            IOThrow.Truncated(Name, start + offset, destination.Length, length);
        }

        whole.Read(start + offset, destination);
    }

    public override bool TryGetSpan(long offset, int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return offset >= 0 && offset <= length - count && whole.TryGetSpan(start + offset, count, out bytes);
    }
}
