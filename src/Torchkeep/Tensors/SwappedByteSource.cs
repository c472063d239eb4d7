using Torchkeep.IO;

namespace Torchkeep.Tensors;

/// <summary>Big-endian elements as little-endian ones, or the reverse, turned round as they are read.</summary>
/// <param name="source">The elements; not disposed.</param>
/// <param name="swapSize">The bytes that turn round together; the length is a multiple of it but for a rest that stays as it is.</param>
internal sealed class SwappedByteSource(ByteSource source, int swapSize) : ByteSource
{
    public override long Length => source.Length;

    public override string? Name => source.Name;

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        var whole = Length / swapSize * swapSize;
        if (offset % swapSize == 0 && (destination.Length % swapSize == 0 || offset + destination.Length == Length))
        {
            source.Read(offset, destination);
            ElementOrder.Swap(destination[..(int)Math.Min(destination.Length, Math.Max(0, whole - offset))], swapSize);
            return;
        }

        // Cut through elements: the few at the ends are read whole.
        var from = offset / swapSize * swapSize;
        var to = Math.Min(Length, (offset + destination.Length + swapSize - 1) / swapSize * swapSize);
        var wider = new byte[to - from];
        Read(from, wider);
        wider.AsSpan((int)(offset - from), destination.Length).CopyTo(destination);
    }

    public override void Verify(CancellationToken cancellationToken = default) => source.Verify(cancellationToken);
}
