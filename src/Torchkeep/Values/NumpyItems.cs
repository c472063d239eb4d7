using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Torchkeep.Values;

/// <summary>The texts of the items of one array, in one form and width as NumPy prints them (numpy/_core/arrayprint.py).</summary>
internal static class NumpyItems
{
    /// <param name="type">The dtype.</param>
    /// <param name="items">The bytes of each item.</param>
    /// <param name="isScalar">Whether it is one number, not the only one of an array.</param>
    /// <returns>Null for a type whose items have no text here: a long double, a structure of unknown fields.</returns>
    internal static string[]? Format(NumpyType type, IReadOnlyList<ReadOnlyMemory<byte>> items, bool isScalar)
    {
        if (type.Element is { } array)
        {
            return FormatArrays(array.Type, array.Shape, items, isScalar);
        }

        if (type.FieldTypes.Count > 0)
        {
            return FormatStructures(type, items, isScalar);
        }

        return type.Kind switch
        {
            'b' => [.. items.Select(item => item.Span.IndexOfAnyExcept((byte)0) < 0 ? "False" : isScalar ? "True" : " True")],
            'i' or 'u' => Padded([.. items.Select(item => Integer(type, item.Span).ToString(CultureInfo.InvariantCulture))]),
            'f' when type.ItemSize <= 8 => isScalar
                ? [.. items.Select(item => Scalar(Float(type, item.Span), type.ItemSize))]
                : NumpyFloats.Format([.. items.Select(item => Float(type, item.Span))], type.ItemSize, hasSign: false),
            'c' when type.ItemSize <= 16 => isScalar ? [.. items.Select(item => ScalarComplex(type, item.Span))] : FormatComplex(type, items),
            'U' => [.. items.Select(item => PythonRepr.Of(Text(type, item.Span)))],
            'S' => [.. items.Select(item => PythonRepr.Of(item.Span.TrimEnd((byte)0), isByteArray: false))],
            'V' when type.Fields.Count == 0 => [.. items.Select(item => $"b'{string.Concat(item.ToArray().Select(b => $"\\x{b:X2}"))}'")],
            'M' or 'm' => FormatDates(type, items),
            _ => null,
        };
    }

    internal static BigInteger Integer(NumpyType type, ReadOnlySpan<byte> item) => new(item, isUnsigned: type.Kind == 'u', type.IsBigEndian);

    internal static string Text(NumpyType type, ReadOnlySpan<byte> item) =>
        new UTF32Encoding(type.IsBigEndian, byteOrderMark: false).GetString(item).TrimEnd('\0');

    /// <summary>A number as NumPy's scalars write it (numpy/_core/src/multiarray/scalartypes.c.src).</summary>
    internal static string Scalar(double value, int size)
    {
        var magnitude = Math.Abs(value);
        return size == sizeof(double) || !double.IsFinite(value) ? PythonRepr.Of(value)
            : magnitude != 0 && (magnitude < NumpyFloats.MinPlain || magnitude >= NumpyFloats.MaxPlainOf(size)) ? PythonRepr.Scientific(NumpyFloats.Shortest(value, size))
            : PythonRepr.Plain(NumpyFloats.Shortest(value, size));
    }

    internal static string ScalarComplex(NumpyType type, ReadOnlySpan<byte> item)
    {
        var (real, imaginary) = Parts(type, item);
        return PythonRepr.OfComplex(real, imaginary, value => Scalar(value, type.ItemSize / 2));
    }

    private static double Float(NumpyType type, ReadOnlySpan<byte> item) => Float(item, type.IsBigEndian);

    private static double Float(ReadOnlySpan<byte> item, bool isBigEndian) => (item.Length, isBigEndian) switch
    {
        (2, false) => (double)BinaryPrimitives.ReadHalfLittleEndian(item),
        (2, true) => (double)BinaryPrimitives.ReadHalfBigEndian(item),
        (4, false) => BinaryPrimitives.ReadSingleLittleEndian(item),
        (4, true) => BinaryPrimitives.ReadSingleBigEndian(item),
        (8, false) => BinaryPrimitives.ReadDoubleLittleEndian(item),
        (8, true) => BinaryPrimitives.ReadDoubleBigEndian(item),
        var (size, _) => throw new InvalidCheckpointException($"NumPy has no float of {size} bytes"),
    };

    private static (double Real, double Imaginary) Parts(NumpyType type, ReadOnlySpan<byte> item) =>
        (Float(item[..(item.Length / 2)], type.IsBigEndian), Float(item[(item.Length / 2)..], type.IsBigEndian));

    private static string[] Padded(string[] texts)
    {
        var width = texts.Length == 0 ? 0 : texts.Max(text => text.Length);
        return [.. texts.Select(text => text.PadLeft(width))];
    }

    // The j stands right behind the digits, and what makes all as wide behind it.
    private static string[] FormatComplex(NumpyType type, IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        var parts = items.Select(item => Parts(type, item.Span)).ToList();
        var real = NumpyFloats.Format([.. parts.Select(part => part.Real)], type.ItemSize / 2, hasSign: false);
        var imaginary = NumpyFloats.Format([.. parts.Select(part => part.Imaginary)], type.ItemSize / 2, hasSign: true);
        return [.. real.Zip(imaginary, (one, other) => $"{one}{other.TrimEnd(' ')}j{new string(' ', other.Length - other.TrimEnd(' ').Length)}")];
    }

    private static string[]? FormatDates(NumpyType type, IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        if (type.ItemSize != sizeof(long))
        {
            return null;
        }

        var texts = new string[items.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            var value = (long)Integer(type, items[i].Span);
            if (NumpyDates.IsMissing(value))
            {
                texts[i] = "'NaT'";
            }
            else if (type.Kind == 'm')
            {
                texts[i] = value.ToString(CultureInfo.InvariantCulture);
            }
            else if (NumpyDates.Text(value, type) is { } text)
            {
                texts[i] = $"'{text}'";
            }
            else
            {
                return null;
            }
        }

        return Padded(texts);
    }

    private static string[]? FormatStructures(NumpyType type, IReadOnlyList<ReadOnlyMemory<byte>> items, bool isScalar)
    {
        List<string[]> columns = [];
        foreach (var field in type.FieldTypes)
        {
            if (field.Offset + (long)field.Type.ItemSize > type.ItemSize
                || Format(field.Type, [.. items.Select(item => item.Slice(field.Offset, field.Type.ItemSize))], isScalar) is not { } column)
            {
                return null;
            }

            columns.Add(column);
        }

        return [.. items.Select((_, i) => columns.Count == 1 ? $"({columns[0][i]},)" : $"({string.Join(", ", columns.Select(column => column[i]))})")];
    }

    private static string[]? FormatArrays(NumpyType type, IReadOnlyList<long> shape, IReadOnlyList<ReadOnlyMemory<byte>> items, bool isScalar)
    {
        const int MaxCount = 1000;
        var count = 1L;
        foreach (var size in shape)
        {
            if (size is < 1 or > MaxCount || (count *= size) * items.Count > MaxCount)
            {
                return null;
            }
        }

        if (count * type.ItemSize > items.Min(item => item.Length))
        {
            return null;
        }

        var parts = items.SelectMany(item => Enumerable.Range(0, (int)count).Select(i => item.Slice(i * type.ItemSize, type.ItemSize))).ToList();
        return Format(type, parts, isScalar) is { } texts ? [.. items.Select((_, i) => Nested(texts, (int)(i * count), (int)count, shape, 0))] : null;
    }

    private static string Nested(string[] texts, int start, int count, IReadOnlyList<long> shape, int dimension)
    {
        if (dimension == shape.Count)
        {
            return texts[start];
        }

        var inner = count / (int)shape[dimension];
        return $"[{string.Join(", ", Enumerable.Range(0, (int)shape[dimension]).Select(i => Nested(texts, start + (i * inner), inner, shape, dimension + 1)))}]";
    }
}
