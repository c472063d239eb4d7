using System.Buffers;

namespace Torchkeep.Tensors;

/// <summary>The elements of a storage as another floating-point type, converted when they are read.</summary>
/// <param name="elements">All elements of the storage, one after another.</param>
/// <param name="target">What they become.</param>
internal sealed class ConvertedByteSource(TensorView elements, ElementType target) : ElementByteSource(elements, target)
{
    private const int BufferElements = 1 << 16;

    private readonly int _sourceSize = ElementTypeInfo.Of(elements.ElementType).ByteSize;
    private readonly int _targetSize = ElementTypeInfo.Of(target).ByteSize;

    protected override void ReadElements(long first, Span<byte> destination)
    {
        var buffer = Rent(destination.Length);
        try
        {
            while (!destination.IsEmpty)
            {
                var count = Math.Min(BufferElements, destination.Length / _targetSize);
                var source = buffer.AsSpan(0, count * _sourceSize);
                View.ReadBytes(source, first * _sourceSize);
                Convert(source, destination[..(count * _targetSize)]);
                first += count;
                destination = destination[(count * _targetSize)..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override async ValueTask ReadElementsAsync(long first, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var buffer = Rent(destination.Length);
        try
        {
            while (!destination.IsEmpty)
            {
                var count = Math.Min(BufferElements, destination.Length / _targetSize);
                var source = buffer.AsMemory(0, count * _sourceSize);
                await View.ReadBytesAsync(source, first * _sourceSize, cancellationToken).ConfigureAwait(false);
                Convert(source.Span, destination.Span[..(count * _targetSize)]);
                first += count;
                destination = destination[(count * _targetSize)..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] Rent(int destinationLength) =>
        ArrayPool<byte>.Shared.Rent(Math.Min(BufferElements, destinationLength / _targetSize) * _sourceSize);

    private void Convert(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var count = source.Length / _sourceSize;
        var singles = ArrayPool<float>.Shared.Rent(count);
        try
        {
            ElementConversion.ToSingle(source, View.ElementType, singles.AsSpan(0, count));
            ElementConversion.FromSingle(singles.AsSpan(0, count), Type, destination);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(singles);
        }
    }
}
