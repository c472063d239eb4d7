using System.Runtime.InteropServices;

namespace Torchkeep.Tensors;

/// <summary>
/// Reads elements of a strided view into row-major order. The storage is passed over in its own order where it can be,
/// through a small buffer: a transposed matrix is read once from front to back, and of a column no more than its elements.
/// </summary>
internal sealed unsafe class StridedReader
{
    private const int BufferBytes = 4 << 20;

    // What is smaller is read whole, what is larger if at least a quarter of it is wanted.
    private const int SmallBytes = 4 << 10;
    private const int WorthOneIn = 4;

    private readonly ByteSource _source;
    private readonly int _size;
    private readonly byte* _buffer;

    // The elements of the storage that the buffer holds.
    private long _from;
    private long _to;

    private StridedReader(ByteSource source, int size, byte* buffer)
    {
        _source = source;
        _size = size;
        _buffer = buffer;
    }

    /// <summary>
    /// Fills <paramref name="destination"/> with whole elements of <paramref name="size"/> bytes from the
    /// <paramref name="first"/> on, counted in row-major order of a view that lies inside of <paramref name="source"/>.
    /// </summary>
    internal static void Read(
        ByteSource source, int size, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long first, Span<byte> destination)
    {
        Span<long> sizes = stackalloc long[StridedCopy.MaxRank];
        Span<long> steps = stackalloc long[StridedCopy.MaxRank];
        var rank = StridedCopy.Simplify(shape, strides, sizes, steps);
        sizes = sizes[..rank];
        steps = steps[..rank];

        var (from, last) = Extent(sizes, steps, offset, first, destination.Length / size);
        var buffer = (byte*)NativeMemory.Alloc((nuint)Math.Min(BufferBytes, (last - from + 1) * size));
        try
        {
            var reader = new StridedReader(source, size, buffer);
            reader.TryLoad(from, last, destination.Length / size);
            fixed (byte* target = destination)
            {
                reader.ReadRange(sizes, steps, offset, first, destination.Length / size, target);
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>The first and the last element of the storage that a row-major range of the view may touch.</summary>
    private static (long From, long Last) Extent(ReadOnlySpan<long> sizes, ReadOnlySpan<long> steps, long offset, long first, long count)
    {
        // Dimensions whose index is the same for both ends stay fixed; the next one spans a range; the rest are whole.
        var (from, to) = (offset, offset);
        var last = first + count - 1;
        var inner = Product(sizes);
        var isWhole = false;
        for (var i = 0; i < sizes.Length; i++)
        {
            inner /= sizes[i];
            var (low, high) = isWhole ? (0, sizes[i] - 1) : (first / inner, last / inner);
            if (!isWhole)
            {
                first -= low * inner;
                last -= high * inner;
                isWhole = low != high;
            }

            from += low * steps[i];
            to += high * steps[i];
        }

        return (from, to);
    }

    private static long Product(ReadOnlySpan<long> sizes)
    {
        long product = 1;
        foreach (var size in sizes)
        {
            product *= size;
        }

        return product;
    }

    // The rest of a row that was begun, whole rows as one box, and the beginning of another row.
    private void ReadRange(ReadOnlySpan<long> sizes, ReadOnlySpan<long> steps, long offset, long first, long count, byte* target)
    {
        var row = Product(sizes[1..]);
        if (first % row != 0)
        {
            var rest = Math.Min(count, row - (first % row));
            ReadRange(sizes[1..], steps[1..], offset + (first / row * steps[0]), first % row, rest, target);
            first += rest;
            count -= rest;
            target += rest * _size;
        }

        var rows = count / row;
        if (rows > 0)
        {
            Span<long> box = stackalloc long[sizes.Length];
            sizes.CopyTo(box);
            box[0] = rows;
            ReadBox(box, steps, offset + (first / row * steps[0]), target);
            target += rows * row * _size;
        }

        if (count % row != 0)
        {
            ReadRange(sizes[1..], steps[1..], offset + (((first / row) + rows) * steps[0]), 0, count % row, target);
        }
    }

    private void ReadBox(ReadOnlySpan<long> sizes, ReadOnlySpan<long> steps, long offset, byte* target)
    {
        Span<long> targetSteps = stackalloc long[sizes.Length];
        long step = 1;
        for (var i = sizes.Length - 1; i >= 0; i--)
        {
            targetSteps[i] = step;
            step *= sizes[i];
        }

        ReadPieces(sizes, steps, offset, target, targetSteps);
    }

    // Halves along the storage's slowest dimension until a piece is small or dense enough to be read.
    private void ReadPieces(ReadOnlySpan<long> sizes, ReadOnlySpan<long> steps, long offset, byte* target, ReadOnlySpan<long> targetSteps)
    {
        var last = offset;
        var slowest = 0;
        for (var i = 0; i < sizes.Length; i++)
        {
            last += (sizes[i] - 1) * steps[i];
            slowest = (sizes[i] > 1 ? steps[i] : -1) > (sizes[slowest] > 1 ? steps[slowest] : -1) ? i : slowest;
        }

        if ((offset >= _from && last < _to) || TryLoad(offset, last, Product(sizes)))
        {
            StridedCopy.Copy(_buffer + ((offset - _from) * _size), steps, target, targetSteps, sizes, _size);
            return;
        }

        Span<long> half = stackalloc long[sizes.Length];
        sizes.CopyTo(half);
        half[slowest] = sizes[slowest] / 2;
        ReadPieces(half, steps, offset, target, targetSteps);

        var done = half[slowest];
        half[slowest] = sizes[slowest] - done;
        ReadPieces(half, steps, offset + (done * steps[slowest]), target + (done * targetSteps[slowest] * _size), targetSteps);
    }

    private bool TryLoad(long from, long last, long wanted)
    {
        var length = (last - from + 1) * _size;
        if (length > BufferBytes || (length > SmallBytes && length / WorthOneIn > wanted * _size))
        {
            return false;
        }

        _source.Read(from * _size, new(_buffer, (int)length));
        (_from, _to) = (from, last + 1);
        return true;
    }
}
