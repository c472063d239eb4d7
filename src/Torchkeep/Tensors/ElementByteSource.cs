namespace Torchkeep.Tensors;

/// <summary>Elements that are made when they are read, little-endian, one after another.</summary>
internal abstract class ElementByteSource(ElementType type, long count) : ByteSource
{
    private readonly int _size = ElementTypeInfo.Of(type).ByteSize;

    /// <summary>What the elements are.</summary>
    protected ElementType Type => type;

    public sealed override long Length { get; } = ElementTypeInfo.Of(type).BytesOf(count);

    public sealed override void Read(long offset, Span<byte> destination)
    {
        IO.IOThrow.CheckRange(this, offset, destination.Length);

        // Elements in part, at both ends.
        Span<byte> one = stackalloc byte[16];
        one = one[.._size];
        while (!destination.IsEmpty && (offset % _size != 0 || destination.Length < _size))
        {
            var from = (int)(offset % _size);
            var length = Math.Min(_size - from, destination.Length);
            ReadLittleEndian(offset / _size, one);
            one.Slice(from, length).CopyTo(destination);
            offset += length;
            destination = destination[length..];
        }

        var whole = destination.Length / _size * _size;
        if (whole > 0)
        {
            ReadLittleEndian(offset / _size, destination[..whole]);
            if (whole < destination.Length)
            {
                Read(offset + whole, destination[whole..]);
            }
        }
    }

    /// <summary>Fills the destination with whole elements, in the machine's order.</summary>
    protected abstract void ReadElements(long first, Span<byte> destination);

    private void ReadLittleEndian(long first, Span<byte> destination)
    {
        ReadElements(first, destination);
        if (!BitConverter.IsLittleEndian)
        {
            ElementOrder.Swap(destination, ElementTypeInfo.Of(type).SwapSize);
        }
    }
}
