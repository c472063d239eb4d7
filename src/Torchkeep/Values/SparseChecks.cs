using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Torchkeep.Tensors;

namespace Torchkeep.Values;

/// <summary>
/// What must hold between the shapes of a sparse tensor's parts (ATen/native/sparse/SparseTensor.cpp,
/// <c>_validate_sparse_coo_tensor_args</c>; SparseCsrTensor.cpp, <c>_validate_sparse_compressed_tensor_args</c>).
/// </summary>
internal static class SparseChecks
{
    internal static void CheckCoordinates(TensorView indices, TensorView values, ReadOnlySpan<long> shape)
    {
        CheckSizes(shape);
        if (indices.ElementType is not (ElementType.Int64 or ElementType.Int32 or ElementType.Int16 or ElementType.Int8 or ElementType.UInt8))
        {
            Refuse($"the indices must be integers, and are {ElementTypeInfo.Of(indices.ElementType)}");
        }

        if (indices.Shape.Length != 2)
        {
            Refuse($"the indices must have 2 dimensions, and have {indices.Shape.Length}");
        }

        var (sparse, count) = (indices.Shape[0], indices.Shape[1]);
        if (values.Shape.IsEmpty || sparse + values.Shape.Length - 1 != shape.Length)
        {
            Refuse($"{sparse} sparse dimensions and values of shape {Format(values)} make no tensor of shape {TensorLayout.Format(shape)}");
        }

        if (values.Shape[0] != count)
        {
            Refuse($"there are indices for {count} elements, and {values.Shape[0]} elements");
        }

        if (!values.Shape.AsSpan()[1..].SequenceEqual(shape[(int)sparse..]))
        {
            Refuse($"values of shape {Format(values)} are not the dense part of shape {TensorLayout.Format(shape)}");
        }
    }

    internal static void CheckCompressed(SparseLayout layout, TensorView compressed, TensorView plain, TensorView values, ReadOnlySpan<long> shape)
    {
        CheckSizes(shape);
        if (compressed.ElementType is not (ElementType.Int32 or ElementType.Int64) || plain.ElementType != compressed.ElementType)
        {
            Refuse($"the indices must both be int32 or both int64, and are {ElementTypeInfo.Of(compressed.ElementType)} and {ElementTypeInfo.Of(plain.ElementType)}");
        }

        var blockRank = layout is SparseLayout.Bsr or SparseLayout.Bsc ? 2 : 0;
        var batchRank = compressed.Shape.Length - 1;
        var denseRank = values.Shape.Length - batchRank - blockRank - 1;
        if (batchRank < 0 || plain.Shape.Length != compressed.Shape.Length || denseRank < 0 || shape.Length != batchRank + 2 + denseRank)
        {
            Refuse($"indices of shapes {Format(compressed)} and {Format(plain)} and values of shape {Format(values)} make no tensor of shape {TensorLayout.Format(shape)}");
        }

        var batch = shape[..batchRank];
        if (!compressed.Shape.AsSpan()[..batchRank].SequenceEqual(batch)
            || !plain.Shape.AsSpan()[..batchRank].SequenceEqual(batch)
            || !values.Shape.AsSpan()[..batchRank].SequenceEqual(batch)
            || !values.Shape.AsSpan()[(batchRank + 1 + blockRank)..].SequenceEqual(shape[(batchRank + 2)..]))
        {
            Refuse($"indices of shapes {Format(compressed)} and {Format(plain)} and values of shape {Format(values)} are not of the batch or the dense part of {TensorLayout.Format(shape)}");
        }

        if (plain.Shape[batchRank] != values.Shape[batchRank])
        {
            Refuse($"there are indices for {plain.Shape[batchRank]} elements, and {values.Shape[batchRank]} elements");
        }

        var compressedAt = layout is SparseLayout.Csr or SparseLayout.Bsr ? 0 : 1;
        long count = 0;
        for (var i = 0; i < 2; i++)
        {
            var size = shape[batchRank + i];
            var block = blockRank == 0 ? 1 : values.Shape[batchRank + 1 + i];
            if (block <= 0 || size % block != 0)
            {
                Refuse($"{size} rows or columns cannot be cut into blocks of {block}");
            }

            count = i == compressedAt ? size / block : count;
        }

        if (compressed.Shape[batchRank] != count + 1)
        {
            Refuse($"{count} rows or columns have {count + 1} compressed indices, and there are {compressed.Shape[batchRank]}");
        }
    }

    private static void CheckSizes(ReadOnlySpan<long> shape)
    {
        foreach (var size in shape)
        {
            if (size < 0)
            {
                Refuse($"the shape {TensorLayout.Format(shape)} has a negative size");
            }
        }
    }

    private static string Format(TensorView view) => TensorLayout.Format(view.Shape.AsSpan());

    [DoesNotReturn, StackTraceHidden]
    private static void Refuse(string problem) => throw new ArgumentException($"this is no sparse tensor: {problem}");
}
