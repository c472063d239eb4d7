using System.Buffers;

namespace Torchkeep.Tensors;

/// <summary>
/// Reads elements of a strided view into row-major order. The storage is passed over in its own order where it can be,
/// through a small buffer: a transposed matrix is read once from front to back, and of a column no more than its elements.
/// It says what it needs (<see cref="TryNext"/>), and a synchronous or an asynchronous caller reads that.
/// </summary>
internal sealed class StridedReader : IDisposable
{
    private const int BufferBytes = 4 << 20;

    // What is smaller is read whole, what is larger if at least a quarter of it is wanted.
    private const int SmallBytes = 4 << 10;
    private const int WorthOneIn = 4;

    private readonly int _size;
    private readonly long[] _steps;
    private readonly byte[] _buffer;
    private readonly MemoryHandle _pinnedBuffer;
    private readonly MemoryHandle _pinnedTarget;

    // The boxes that the range consists of, and the pieces of the first box that are still to be copied.
    private readonly Queue<Piece> _boxes = new();
    private readonly Stack<Piece> _pieces = new();
    private long[] _targetSteps = [];

    // What is read first, if that is worth it: all of the range.
    private (long From, long Last)? _whole;

    // The elements of the storage that the buffer holds.
    private long _from;
    private long _to;

    private unsafe StridedReader(int size, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long first, long count, MemoryHandle target)
    {
        Span<long> sizes = stackalloc long[StridedCopy.MaxRank];
        Span<long> steps = stackalloc long[StridedCopy.MaxRank];
        var rank = StridedCopy.Simplify(shape, strides, sizes, steps);
        sizes = sizes[..rank];
        _size = size;
        _steps = steps[..rank].ToArray();
        _pinnedTarget = target;

        var (from, last) = Extent(sizes, _steps, offset, first, count);
        _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferBytes, (last - from + 1) * size));
        _pinnedBuffer = _buffer.AsMemory().Pin();
        AddRange(sizes, level: 0, offset, first, count, target: 0);
        _whole = IsWorthReading(from, last, count) ? (from, last) : null;
    }

    /// <summary>
    /// Fills <paramref name="destination"/> with whole elements of <paramref name="size"/> bytes from the
    /// <paramref name="first"/> on, counted in row-major order of a view that lies inside of <paramref name="source"/>.
    /// </summary>
    internal static unsafe void Read(
        ByteSource source, int size, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long first, Span<byte> destination)
    {
        fixed (byte* target = destination)
        {
            using StridedReader reader = new(size, shape, strides, offset, first, destination.Length / size, new(target));
            while (reader.TryNext(out var start, out var part))
            {
                source.Read(start, part.Span);
            }
        }
    }

    /// <summary>As <see cref="Read"/>, by asynchronous reads.</summary>
    internal static async ValueTask ReadAsync(
        ByteSource source, int size, ReadOnlyMemory<long> shape, ReadOnlyMemory<long> strides, long offset, long first, Memory<byte> destination, CancellationToken cancellationToken)
    {
        using StridedReader reader = new(size, shape.Span, strides.Span, offset, first, destination.Length / size, destination.Pin());
        while (reader.TryNext(out var start, out var part))
        {
            await source.ReadAsync(start, part, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _pinnedTarget.Dispose();
        _pinnedBuffer.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
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
    private void AddRange(ReadOnlySpan<long> sizes, int level, long offset, long first, long count, long target)
    {
        var row = Product(sizes[1..]);
        if (first % row != 0)
        {
            var rest = Math.Min(count, row - (first % row));
            AddRange(sizes[1..], level + 1, offset + (first / row * _steps[level]), first % row, rest, target);
            first += rest;
            count -= rest;
            target += rest;
        }

        var rows = count / row;
        if (rows > 0)
        {
            long[] box = [.. sizes];
            box[0] = rows;
            _boxes.Enqueue(new(box, offset + (first / row * _steps[level]), target));
            target += rows * row;
        }

        if (count % row != 0)
        {
            AddRange(sizes[1..], level + 1, offset + (((first / row) + rows) * _steps[level]), 0, count % row, target);
        }
    }

    /// <summary>
    /// Copies what the buffer has. Gives the bytes of the storage that are needed next and the part of the buffer that the
    /// caller fills with them before the next call; false when all is done.
    /// </summary>
    private bool TryNext(out long start, out Memory<byte> part)
    {
        if (_whole is { } whole)
        {
            _whole = null;
            (start, part) = Load(whole.From, whole.Last);
            return true;
        }

        while (_pieces.Count > 0 || TryBegin())
        {
            var piece = _pieces.Pop();
            var steps = _steps.AsSpan(_steps.Length - piece.Sizes.Length);
            var last = piece.Offset;
            var slowest = 0;
            for (var i = 0; i < steps.Length; i++)
            {
                last += (piece.Sizes[i] - 1) * steps[i];
                slowest = (piece.Sizes[i] > 1 ? steps[i] : -1) > (piece.Sizes[slowest] > 1 ? steps[slowest] : -1) ? i : slowest;
            }

            if (piece.Offset >= _from && last < _to)
            {
                Copy(piece, steps);
                continue;
            }

            if (IsWorthReading(piece.Offset, last, Product(piece.Sizes)))
            {
                _pieces.Push(piece);
                (start, part) = Load(piece.Offset, last);
                return true;
            }

            // Halves along the storage's slowest dimension until a piece is small or dense enough to be read.
            long[] half = [.. piece.Sizes];
            var done = half[slowest] /= 2;
            piece.Sizes[slowest] -= done;
            _pieces.Push(new(piece.Sizes, piece.Offset + (done * steps[slowest]), piece.Target + (done * _targetSteps[slowest])));
            _pieces.Push(new(half, piece.Offset, piece.Target));
        }

        (start, part) = (0, default);
        return false;
    }

    // The next box as one piece.
    private bool TryBegin()
    {
        if (!_boxes.TryDequeue(out var box))
        {
            return false;
        }

        _targetSteps = new long[box.Sizes.Length];
        long step = 1;
        for (var i = box.Sizes.Length - 1; i >= 0; i--)
        {
            _targetSteps[i] = step;
            step *= box.Sizes[i];
        }

        _pieces.Push(new(box.Sizes, box.Offset, box.Target));
        return true;
    }

    private unsafe void Copy(Piece piece, ReadOnlySpan<long> steps) => StridedCopy.Copy(
        (byte*)_pinnedBuffer.Pointer + ((piece.Offset - _from) * _size),
        steps,
        (byte*)_pinnedTarget.Pointer + (piece.Target * _size),
        _targetSteps,
        piece.Sizes,
        _size);

    private bool IsWorthReading(long from, long last, long wanted)
    {
        var length = (last - from + 1) * _size;
        return length <= BufferBytes && (length <= SmallBytes || length / WorthOneIn <= wanted * _size);
    }

    private (long Start, Memory<byte> Part) Load(long from, long last)
    {
        (_from, _to) = (from, last + 1);
        return (from * _size, _buffer.AsMemory(0, (int)((last - from + 1) * _size)));
    }

    /// <summary>Elements whose place in the storage and in the destination goes by a step for each dimension.</summary>
    /// <param name="Sizes">Of the innermost dimensions of the view.</param>
    /// <param name="Offset">The first element in the storage.</param>
    /// <param name="Target">The first element in the destination.</param>
    private readonly record struct Piece(long[] Sizes, long Offset, long Target);
}
