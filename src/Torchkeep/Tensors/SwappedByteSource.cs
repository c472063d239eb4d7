using Torchkeep.IO;

namespace Torchkeep.Tensors;

/// <summary>Big-endian elements as little-endian ones, or the reverse: the bytes are swapped as they are read.</summary>
/// <param name="source">The elements; not disposed.</param>
/// <param name="swapSize">The bytes that are swapped together. Bytes at the end that make no such group stay as they are.</param>
internal sealed class SwappedByteSource(ByteSource source, int swapSize) : TransformingByteSource(source)
{
    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        if (IsWhole(offset, destination.Length))
        {
            Inner.Read(offset, destination);
            Swap(offset, destination);
            return;
        }

        // The range cuts elements. The few at the ends are read whole.
        var (from, wider) = Widen(offset, destination.Length);
        Inner.Read(from, wider);
        Swap(from, wider);
        wider.AsSpan((int)(offset - from), destination.Length).CopyTo(destination);
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        if (IsWhole(offset, destination.Length))
        {
            await Inner.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
            Swap(offset, destination.Span);
            return;
        }

        var (from, wider) = Widen(offset, destination.Length);
        await Inner.ReadAsync(from, wider, cancellationToken).ConfigureAwait(false);
        Swap(from, wider);
        wider.AsMemory((int)(offset - from), destination.Length).CopyTo(destination);
    }

    private bool IsWhole(long offset, int count) => offset % swapSize == 0 && (count % swapSize == 0 || offset + count == Length);

    private (long From, byte[] Bytes) Widen(long offset, int count)
    {
        var from = offset / swapSize * swapSize;
        var to = Math.Min(Length, (offset + count + swapSize - 1) / swapSize * swapSize);
        return (from, new byte[to - from]);
    }

    private void Swap(long offset, Span<byte> bytes)
    {
        var whole = Length / swapSize * swapSize;
        ElementOrder.Swap(bytes[..(int)Math.Min(bytes.Length, Math.Max(0, whole - offset))], swapSize);
    }
}
