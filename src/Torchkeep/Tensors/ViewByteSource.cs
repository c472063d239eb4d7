namespace Torchkeep.Tensors;

/// <summary>The elements of a view in row-major order, as a storage of its own.</summary>
internal sealed class ViewByteSource(TensorView view) : ElementByteSource(view, view.ElementType)
{
    /// <summary>The bytes of a view: its storage's where they are those, and in their order.</summary>
    internal static ByteSource Of(TensorView view)
    {
        if (!view.IsContiguous || view.IsConjugated || view.IsNegated || view.Storage.IsBigEndian || !view.Storage.HasBytes)
        {
            return new ViewByteSource(view);
        }

        return view.ByteLength == view.Storage.ByteLength
            ? view.Storage.Bytes
            : new IO.SliceByteSource(view.Storage.Bytes, view.ByteLength == 0 ? 0 : view.StorageOffset * ElementTypeInfo.Of(view.ElementType).ByteSize, view.ByteLength);
    }

    protected override void ReadElements(long first, Span<byte> destination) =>
        View.ReadBytes(destination, first * ElementTypeInfo.Of(Type).ByteSize);

    protected override ValueTask ReadElementsAsync(long first, Memory<byte> destination, CancellationToken cancellationToken) =>
        View.ReadBytesAsync(destination, first * ElementTypeInfo.Of(Type).ByteSize, cancellationToken);
}
