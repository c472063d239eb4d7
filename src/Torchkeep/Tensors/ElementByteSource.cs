using Torchkeep.IO;

namespace Torchkeep.Tensors;

/// <summary>Elements that are made of those of a view when they are read, little-endian, one after another.</summary>
internal abstract class ElementByteSource(TensorView view, ElementType type) : TransformingByteSource(view.Storage.Bytes)
{
    private readonly int _size = ElementTypeInfo.Of(type).ByteSize;

    public sealed override long Length { get; } = ElementTypeInfo.Of(type).BytesOf(view.ElementCount);

    /// <summary>No one record has these bytes.</summary>
    internal sealed override string? Record => null;

    /// <summary>What the elements are made of.</summary>
    protected TensorView View => view;

    /// <summary>What the elements are.</summary>
    protected ElementType Type => type;

    // The view's own, which names the tensor.
    public override void Verify(CancellationToken cancellationToken = default) => view.Verify(cancellationToken);

    public sealed override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);

        // Elements in part, at both ends, and whole ones between them.
        Span<byte> one = stackalloc byte[16];
        one = one[.._size];
        while (!destination.IsEmpty)
        {
            var skipped = (int)(offset % _size);
            var count = CountWhole(skipped, destination.Length);
            if (count > 0)
            {
                ReadElements(offset / _size, destination[..count]);
                ToLittleEndian(destination[..count]);
            }
            else
            {
                ReadElements(offset / _size, one);
                ToLittleEndian(one);
                count = Math.Min(_size - skipped, destination.Length);
                one.Slice(skipped, count).CopyTo(destination);
            }

            offset += count;
            destination = destination[count..];
        }
    }

    public sealed override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        cancellationToken.ThrowIfCancellationRequested();
        byte[]? one = null;
        while (!destination.IsEmpty)
        {
            var skipped = (int)(offset % _size);
            var count = CountWhole(skipped, destination.Length);
            if (count > 0)
            {
                await ReadElementsAsync(offset / _size, destination[..count], cancellationToken).ConfigureAwait(false);
                ToLittleEndian(destination.Span[..count]);
            }
            else
            {
                one ??= new byte[_size];
                await ReadElementsAsync(offset / _size, one, cancellationToken).ConfigureAwait(false);
                ToLittleEndian(one);
                count = Math.Min(_size - skipped, destination.Length);
                one.AsSpan(skipped, count).CopyTo(destination.Span);
            }

            offset += count;
            destination = destination[count..];
        }
    }

    /// <summary>Fills the destination with whole elements, in the machine's order.</summary>
    protected abstract void ReadElements(long first, Span<byte> destination);

    /// <summary>As <see cref="ReadElements"/>, by asynchronous reads.</summary>
    protected abstract ValueTask ReadElementsAsync(long first, Memory<byte> destination, CancellationToken cancellationToken);

    // The bytes of the whole elements that a range begins with.
    private int CountWhole(int skipped, int count) => skipped == 0 ? count / _size * _size : 0;

    private void ToLittleEndian(Span<byte> elements)
    {
        if (!BitConverter.IsLittleEndian)
        {
            ElementOrder.Swap(elements, ElementTypeInfo.Of(type).SwapSize);
        }
    }
}
