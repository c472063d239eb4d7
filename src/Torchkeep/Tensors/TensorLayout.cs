using System.Collections.Immutable;

namespace Torchkeep.Tensors;

/// <summary>Arithmetic on shapes and strides, checked: the numbers come from a file.</summary>
internal static class TensorLayout
{
    /// <summary>The number of elements, whose bytes must be countable in 63 bits even if a later dimension is zero, as in PyTorch.</summary>
    internal static long CountElements(ReadOnlySpan<long> shape, int elementSize)
    {
        long count = 1;
        var empty = false;
        foreach (var size in shape)
        {
            if (size < 0)
            {
                TensorThrow.Negative("size", size);
            }

            empty |= size == 0;
            if (size != 0 && Math.BigMul(count, size, out count) != 0 | count < 0)
            {
                TensorThrow.TooLarge(shape);
            }
        }

        if (count > long.MaxValue / elementSize)
        {
            TensorThrow.TooLarge(shape);
        }

        return empty ? 0 : count;
    }

    /// <summary>Row-major strides; a dimension of zero counts as one, as in PyTorch.</summary>
    internal static ImmutableArray<long> RowMajorStrides(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }

        return ImmutableArray.Create(strides);
    }

    /// <summary>Whether the elements lie in row-major order without gaps; strides of dimensions of size one do not matter.</summary>
    internal static bool IsContiguous(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long expected = 1;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != expected)
            {
                return shape.Contains(0);
            }

            expected *= shape[i];
        }

        return true;
    }

    /// <summary>Refuses a view that reaches outside of its storage.</summary>
    internal static void CheckInside(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long elementCount, long storageElements)
    {
        if (shape.Length != strides.Length)
        {
            TensorThrow.RankMismatch(shape.Length, strides.Length);
        }

        if (offset < 0)
        {
            TensorThrow.Negative("storage offset", offset);
        }

        UInt128 last = (UInt128)offset;
        for (var i = 0; i < shape.Length; i++)
        {
            if (strides[i] < 0)
            {
                TensorThrow.Negative("stride", strides[i]);
            }

            last += shape[i] > 0 ? (UInt128)(shape[i] - 1) * (UInt128)strides[i] : 0;
        }

        if (elementCount > 0 && last >= (UInt128)storageElements)
        {
            TensorThrow.LeavesStorage(shape, strides, offset, storageElements);
        }
    }

    /// <summary>Refuses a view whose elements are no whole bytes, unless it is all bytes of its storage from the first on.</summary>
    internal static void CheckPacked(TensorView view, ElementTypeInfo type)
    {
        if (view.ElementCount * (Int128)type.BitSize % 8 != 0 || view.StorageOffset != 0 || !view.IsContiguous)
        {
            TensorThrow.NotWholeBytes(view.Shape.AsSpan(), type);
        }
    }

    internal static string Format(ReadOnlySpan<long> numbers) => $"[{string.Join(", ", numbers.ToArray())}]";
}
