using Torchkeep.IO;

namespace Torchkeep.Tensors;

/// <summary>
/// Moves the views of one storage into a storage of just the bytes that they use. Views that overlap go on doing so; one
/// that overlaps none and has gaps of its own becomes row-major, as <c>torch.Tensor.clone</c> makes it.
/// </summary>
internal static class Compaction
{
    /// <summary>The views, in the same order, over a new storage; or as they are if nothing is gained.</summary>
    internal static List<TensorView> Compact(List<TensorView> views)
    {
        var storage = views[0].Storage;
        var unit = views.Max(view => ElementTypeInfo.Of(view.ElementType).ByteSize);
        var extents = views.Index().Where(view => view.Item.ElementCount > 0).Select(view => Extent.Of(view.Index, view.Item, unit)).OrderBy(extent => extent.Start).ToList();

        var pieces = new List<PiecesByteSource.Piece>();
        var moved = views.ToArray();
        long length = 0;
        var moves = new List<Action<TensorStorage>>();
        for (var i = 0; i < extents.Count;)
        {
            // Those that overlap, directly or by way of others.
            var (first, end) = (i, extents[i].End);
            for (i++; i < extents.Count && extents[i].Start < end; i++)
            {
                end = Math.Max(end, extents[i].End);
            }

            var at = (length + unit - 1) / unit * unit;
            var start = extents[first].Start;
            var alone = views[extents[first].View];
            if (i - first == 1 && alone.ByteLength < end - start)
            {
                pieces.Add(new(at, new ViewByteSource(alone.Raw())));
                length = at + alone.ByteLength;
                var (index, strides) = (extents[first].View, TensorLayout.RowMajorStrides(alone.Shape.AsSpan()));
                moves.Add(compact => moved[index] = alone.Over(compact, alone.ElementType, at / ElementTypeInfo.Of(alone.ElementType).ByteSize, strides));
                continue;
            }

            end = Math.Min(end, storage.ByteLength);
            pieces.Add(new(at, new SliceByteSource(storage.Bytes, start, end - start)));
            length = at + end - start;
            foreach (var extent in extents[first..i])
            {
                var view = views[extent.View];
                var offset = view.StorageOffset - ((start - at) / ElementTypeInfo.Of(view.ElementType).ByteSize);
                moves.Add(compact => moved[extent.View] = view.Over(compact, view.ElementType, offset, view.Strides));
            }
        }

        if (length >= storage.ByteLength)
        {
            return views;
        }

        var bytes = pieces is [{ Start: 0 } whole] ? whole.Bytes : new PiecesByteSource(pieces, length, storage.Bytes.Name);
        var result = new TensorStorage(bytes, storage.Location, storage.ElementType, storage.IsBigEndian);
        foreach (var (index, view) in views.Index().Where(view => view.Item.ElementCount == 0))
        {
            moved[index] = view.Over(result, view.ElementType, 0, view.Strides);
        }

        moves.ForEach(move => move(result));
        return [.. moved];
    }

    /// <summary>The bytes of a storage from the first to the last that a view uses, on borders of the largest element.</summary>
    private readonly record struct Extent(int View, long Start, long End)
    {
        internal static Extent Of(int index, TensorView view, int unit)
        {
            var last = view.StorageOffset;
            for (var i = 0; i < view.Shape.Length; i++)
            {
                last += (view.Shape[i] - 1) * view.Strides[i];
            }

            var info = ElementTypeInfo.Of(view.ElementType);
            var (start, end) = info.IsTorchType ? (view.StorageOffset * info.ByteSize, (last + 1) * info.ByteSize) : (0, view.ByteLength);
            return new(index, start / unit * unit, (end + unit - 1) / unit * unit);
        }
    }
}
