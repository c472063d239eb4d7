using System.Runtime.CompilerServices;

namespace Torchkeep.Tensors;

/// <summary>Gathers elements of a strided view into row-major order.</summary>
internal static unsafe class StridedCopy
{
    /// <summary>
    /// Copies <paramref name="count"/> elements of <paramref name="size"/> bytes from the <paramref name="first"/> on,
    /// counted in row-major order. <paramref name="source"/> is the address of the storage's element 0; only elements of
    /// the view of that <paramref name="shape"/>, <paramref name="strides"/> and <paramref name="offset"/> are touched.
    /// </summary>
    internal static void Gather(
        byte* source, byte* destination, int size, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long first, long count)
    {
        var rank = shape.Length;
        if (rank == 0)
        {
            Unsafe.CopyBlockUnaligned(destination, source + (offset * size), (uint)size);
            return;
        }

        Span<long> index = rank <= 16 ? stackalloc long[rank] : new long[rank];
        var rest = first;
        var position = offset;
        for (var i = rank - 1; i >= 0; i--)
        {
            (rest, index[i]) = Math.DivRem(rest, shape[i]);
            position += index[i] * strides[i];
        }

        var inner = rank - 1;
        while (count > 0)
        {
            var run = Math.Min(count, shape[inner] - index[inner]);
            CopyRun(source + (position * size), strides[inner] * size, destination, run, size);
            destination += run * size;
            count -= run;
            index[inner] += run;
            position += run * strides[inner];

            for (var i = inner; i > 0 && index[i] == shape[i]; i--)
            {
                position += strides[i - 1] - (index[i] * strides[i]);
                index[i] = 0;
                index[i - 1]++;
            }
        }
    }

    private static void CopyRun(byte* source, long step, byte* destination, long count, int size)
    {
        if (step == size)
        {
            Buffer.MemoryCopy(source, destination, count * size, count * size);
            return;
        }

        switch (size)
        {
            case 1:
                CopyElements<byte>(source, step, destination, count);
                break;
            case 2:
                CopyElements<ushort>(source, step, destination, count);
                break;
            case 4:
                CopyElements<uint>(source, step, destination, count);
                break;
            case 8:
                CopyElements<ulong>(source, step, destination, count);
                break;
            default:
                CopyElements<UInt128>(source, step, destination, count);
                break;
        }
    }

    private static void CopyElements<T>(byte* source, long step, byte* destination, long count)
        where T : unmanaged
    {
        for (long i = 0; i < count; i++)
        {
            Unsafe.WriteUnaligned(destination + (i * sizeof(T)), Unsafe.ReadUnaligned<T>(source + (i * step)));
        }
    }
}
