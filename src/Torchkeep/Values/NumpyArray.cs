using System.Collections.Immutable;
using System.Text;
using Torchkeep.IO;
using Torchkeep.Tensors;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>A NumPy array or scalar inside of a checkpoint, read out of the record that it is there.</summary>
public sealed class NumpyArray
{
    internal NumpyArray(NumpyType type, ImmutableArray<long> shape, bool isFortranOrder, ReadOnlyMemory<byte> bytes, IReadOnlyList<PyValue>? items)
        : this(type, shape, isFortranOrder ? ColumnMajorStrides(shape) : TensorLayout.RowMajorStrides(shape.AsSpan()), bytes, items) => IsFortranOrder = isFortranOrder;

    private NumpyArray(NumpyType type, ImmutableArray<long> shape, ImmutableArray<long> strides, ReadOnlyMemory<byte> bytes, IReadOnlyList<PyValue>? items)
    {
        (Type, Shape, Strides, Bytes, Items) = (type, shape, strides, bytes, items);
    }

    /// <summary>Its dtype.</summary>
    public NumpyType Type { get; }

    /// <summary>Sizes of the dimensions, outermost first; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Whether the first dimension is the one whose items lie together.</summary>
    public bool IsFortranOrder { get; }

    /// <summary>The items as they lie in the file; empty for objects.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The items of an array of objects, in its order; else null.</summary>
    public IReadOnlyList<PyValue>? Items { get; }

    /// <summary>
    /// The numbers as a tensor over <see cref="Bytes"/>, of any byte order; dates and durations as int64. It can be saved
    /// in place of the array.
    /// </summary>
    /// <exception cref="InvalidOperationException">PyTorch has no such type: text, objects, structures, long doubles.</exception>
    public TensorView ToTensor()
    {
        if (Type.ElementType is not { } type)
        {
            throw new InvalidOperationException(SafeText.Escape($"elements of {Type} are of no type that a tensor can have"));
        }

        TensorStorage storage = new(new MemoryByteSource(Bytes), "cpu", type, Type.IsBigEndian);
        return new(storage, type, 0, Shape, Strides);
    }

    /// <summary>
    /// The items in row-major order, as <c>numpy.ascontiguousarray</c> lays them out: numbers, dates, durations and the
    /// characters of text little-endian, structures as they lie in the file. It copies unless that is how
    /// <see cref="Bytes"/> are. Empty for objects.
    /// </summary>
    public ReadOnlyMemory<byte> ToRowMajorBytes()
    {
        var unit = Type.Kind switch
        {
            'U' => NumpyReader.CharacterSize,
            'c' => Type.ItemSize / 2,
            'b' or 'i' or 'u' or 'f' or 'M' or 'm' => Type.ItemSize,
            _ => 1,
        };
        var isTurned = Type.IsBigEndian && unit > 1;
        if (Bytes.IsEmpty || (!isTurned && Strides.SequenceEqual(TensorLayout.RowMajorStrides(Shape.AsSpan()))))
        {
            return Bytes;
        }

        var bytes = new byte[Bytes.Length];
        long place = 0;
        foreach (var item in Places())
        {
            Bytes.Span.Slice((int)(item * Type.ItemSize), Type.ItemSize).CopyTo(bytes.AsSpan((int)place));
            place += Type.ItemSize;
        }

        for (var i = 0; isTurned && i < bytes.Length; i += unit)
        {
            bytes.AsSpan(i, unit).Reverse();
        }

        return bytes;
    }

    /// <summary>Where the items lie, counted in items, in row-major order.</summary>
    internal IEnumerable<long> Places()
    {
        var strides = Strides;
        if (Shape.Any(size => size == 0))
        {
            yield break;
        }

        var index = new long[Shape.Length];
        long place = 0;
        while (true)
        {
            yield return place;
            var dimension = index.Length - 1;
            while (dimension >= 0 && ++index[dimension] == Shape[dimension])
            {
                place -= (Shape[dimension] - 1) * strides[dimension];
                index[dimension--] = 0;
            }

            if (dimension < 0)
            {
                yield break;
            }

            place += strides[dimension];
        }
    }

    /// <summary>The items of an array of text (<c>U</c>) or bytes (<c>S</c>, as Latin-1), in its order, without padding.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public string[] ToStrings()
    {
        if (Type.Kind is not ('U' or 'S'))
        {
            throw new InvalidOperationException(SafeText.Escape($"elements of {Type} are no text"));
        }

        if (Type.ItemSize == 0)
        {
            const int MaxEmpty = 1 << 20;
            if (Shape.Aggregate(1L, (product, size) => product * size) > MaxEmpty)
            {
                throw new InvalidOperationException($"the array has more than {MaxEmpty} texts without a character");
            }

            return [.. Enumerable.Repeat("", checked((int)Shape.Aggregate(1L, (product, size) => product * size)))];
        }

        Encoding encoding = Type.Kind == 'S' ? Encoding.Latin1 : new UTF32Encoding(Type.IsBigEndian, byteOrderMark: false);
        var strings = new string[Bytes.Length / Type.ItemSize];
        for (var i = 0; i < strings.Length; i++)
        {
            strings[i] = encoding.GetString(Bytes.Span.Slice(i * Type.ItemSize, Type.ItemSize)).TrimEnd('\0');
        }

        return strings;
    }

    /// <summary>The dtype and the shape.</summary>
    public override string ToString() => $"numpy {Type} {TensorLayout.Format(Shape.AsSpan())}";

    /// <summary>Steps of the dimensions, in items.</summary>
    internal ImmutableArray<long> Strides { get; }

    /// <summary>The same items with the dimensions in another order.</summary>
    internal NumpyArray Transpose(ImmutableArray<long> axes) =>
        new(Type, [.. axes.Select(axis => Shape[(int)axis])], [.. axes.Select(axis => Strides[(int)axis])], Bytes, Items);

    private static ImmutableArray<long> ColumnMajorStrides(ImmutableArray<long> shape)
    {
        long[] reversed = [.. shape.Reverse()];
        return [.. TensorLayout.RowMajorStrides(reversed).Reverse()];
    }
}
