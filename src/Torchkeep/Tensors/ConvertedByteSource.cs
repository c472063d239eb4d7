using System.Buffers;

namespace Torchkeep.Tensors;

/// <summary>The elements of a storage as another floating-point type, converted when they are read.</summary>
/// <param name="elements">All elements of the storage, one after another.</param>
/// <param name="target">What they become.</param>
internal sealed class ConvertedByteSource(TensorView elements, ElementType target) : ElementByteSource(target, elements.ElementCount)
{
    private const int BufferElements = 1 << 16;

    public override string? Name => elements.Storage.Bytes.Name;

    public override void Verify(CancellationToken cancellationToken = default) => elements.Verify(cancellationToken);

    protected override void ReadElements(long first, Span<byte> destination)
    {
        var (from, to) = (ElementTypeInfo.Of(elements.ElementType).ByteSize, ElementTypeInfo.Of(Type).ByteSize);
        var bytes = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)BufferElements * from, (long)destination.Length / to * from));
        var singles = ArrayPool<float>.Shared.Rent(bytes.Length / from);
        try
        {
            while (!destination.IsEmpty)
            {
                var count = Math.Min(bytes.Length / from, destination.Length / to);
                elements.ReadBytes(bytes.AsSpan(0, count * from), first * from);
                ElementConversion.ToSingle(bytes.AsSpan(0, count * from), elements.ElementType, singles.AsSpan(0, count));
                ElementConversion.FromSingle(singles.AsSpan(0, count), Type, destination[..(count * to)]);
                first += count;
                destination = destination[(count * to)..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<float>.Shared.Return(singles);
        }
    }
}
