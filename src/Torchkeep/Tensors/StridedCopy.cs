using System.Runtime.CompilerServices;

namespace Torchkeep.Tensors;

/// <summary>Copies boxes of elements between memory of different strides.</summary>
internal static unsafe class StridedCopy
{
    /// <summary>More dimensions of size two or more than any number of elements in 63 bits has.</summary>
    internal const int MaxRank = 64;

    /// <summary>
    /// Copies elements of <paramref name="size"/> bytes from and to the given first elements. Steps are in elements; there
    /// is at least one dimension and none is empty.
    /// </summary>
    internal static void Copy(
        byte* source, ReadOnlySpan<long> steps, byte* target, ReadOnlySpan<long> targetSteps, ReadOnlySpan<long> sizes, int size)
    {
        var inner = sizes.Length - 1;
        Span<long> index = stackalloc long[sizes.Length];
        index.Clear();
        while (true)
        {
            CopyRun(source, steps[inner] * size, target, targetSteps[inner] * size, sizes[inner], size);
            var i = inner - 1;
            for (; i >= 0 && ++index[i] == sizes[i]; i--)
            {
                index[i] = 0;
                source -= (sizes[i] - 1) * steps[i] * size;
                target -= (sizes[i] - 1) * targetSteps[i] * size;
            }

            if (i < 0)
            {
                return;
            }

            source += steps[i] * size;
            target += targetSteps[i] * size;
        }
    }

    /// <summary>
    /// The same elements in the same order by the fewest dimensions, at least one. Dimensions of size one say nothing, and
    /// a file may claim any number of them.
    /// </summary>
    internal static int Simplify(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, Span<long> sizes, Span<long> steps)
    {
        var rank = 0;
        for (var i = 0; i < shape.Length; i++)
        {
            if (shape[i] == 1)
            {
                continue;
            }

            if (rank > 0 && steps[rank - 1] == strides[i] * shape[i])
            {
                sizes[rank - 1] *= shape[i];
                steps[rank - 1] = strides[i];
            }
            else
            {
                (sizes[rank], steps[rank]) = (shape[i], strides[i]);
                rank++;
            }
        }

        if (rank == 0)
        {
            (sizes[0], steps[0]) = (1, 1);
            rank = 1;
        }

        return rank;
    }

    private static void CopyRun(byte* source, long step, byte* target, long targetStep, long count, int size)
    {
        if (step == size && targetStep == size)
        {
            Buffer.MemoryCopy(source, target, count * size, count * size);
            return;
        }

        switch (size)
        {
            case 1:
                CopyElements<byte>(source, step, target, targetStep, count);
                break;
            case 2:
                CopyElements<ushort>(source, step, target, targetStep, count);
                break;
            case 4:
                CopyElements<uint>(source, step, target, targetStep, count);
                break;
            case 8:
                CopyElements<ulong>(source, step, target, targetStep, count);
                break;
            default:
                CopyElements<UInt128>(source, step, target, targetStep, count);
                break;
        }
    }

    private static void CopyElements<T>(byte* source, long step, byte* target, long targetStep, long count)
        where T : unmanaged
    {
        for (long i = 0; i < count; i++)
        {
            Unsafe.WriteUnaligned(target + (i * targetStep), Unsafe.ReadUnaligned<T>(source + (i * step)));
        }
    }
}
