namespace Torchkeep.Values;

/// <summary>
/// NumPy's repr of arrays and scalars (numpy/_core/arrayprint.py of NumPy 2.4), of arrays in one line: where NumPy breaks a line
/// is a space. Of an array that would not fit, the first and last three items of each dimension, as NumPy does from 1,000 on.
/// </summary>
internal static class NumpyRepr
{
    private const int EdgeItems = 3;

    // NumPy writes no more items of an array than these, and an item takes some characters of those that a repr may have.
    private const int MaxItems = 1000;
    private const int MaxFitting = 256;
    private const int MaxFittingBytes = 4096;

    // Of seven dimensions and more even the edges are too many.
    private const int MaxEdgeItems = 4096;

    internal static bool WriteArray(ReprWriter writer, PyObject record)
    {
        if (NumpyReader.Array(record) is not { } array)
        {
            return false;
        }

        var count = array.Shape.Aggregate(1L, (product, size) => product * size);
        var isCut = count > MaxItems || (array.Items is null && (count > MaxFitting || count * array.Type.ItemSize > MaxFittingBytes));
        writer.Append(RecordRepr.TypeOf(record) is { } type && type.StartsWith("numpy.", StringComparison.Ordinal) && type != "numpy.ndarray" ? $"{type["numpy.".Length..]}(" : "array(");
        WriteItems(writer, array, count, isCut);
        if ((count == 0 && array.Shape is not [0]) || isCut)
        {
            writer.Append($", shape={NumpyTypeRepr.Shape(array.Shape)}");
        }

        writer.Append(!NumpyTypeRepr.IsImplied(array.Type) || count == 0 ? $", dtype={NumpyTypeRepr.Short(array.Type)})" : ")");
        return true;
    }

    /// <summary>The class of a scalar: <c>numpy.float64</c>.</summary>
    internal static string TypeOfScalar(PyObject record) =>
        record.Arguments.Items is [var dtype, ..] && NumpyReader.Type(dtype) is { } type
            ? type.Kind is 'M' or 'm' ? type.Kind == 'M' ? "numpy.datetime64" : "numpy.timedelta64"
            : type.Kind is 'f' or 'c' && type.ElementType is null ? type.Kind == 'f' ? "numpy.longdouble" : "numpy.clongdouble"
            : $"numpy.{NumpyTypeRepr.Name(type)}"
            : "numpy.generic";

    internal static bool WriteScalar(ReprWriter writer, PyObject record)
    {
        if (NumpyReader.Array(record) is not { } array || array.Type.Kind == 'O' || Scalar(array) is not { } text)
        {
            return false;
        }

        writer.Append(text);
        return true;
    }

    private static string? Scalar(NumpyArray array)
    {
        var type = array.Type;
        if (NumpyItems.Format(type, [array.Bytes], isScalar: true) is not [var text])
        {
            return null;
        }

        return type.Kind switch
        {
            'b' => $"np.{text}_",
            'M' => $"np.datetime64({text}{(text != "'NaT'" && type is { UnitCount: 1, Unit: not "h" } ? "" : NumpyTypeRepr.Unit(type) is { Length: > 0 } unit ? $",'{unit[1..^1]}'" : ",'generic'")})",
            'm' => $"np.timedelta64({text}{(NumpyTypeRepr.Unit(type) is { Length: > 0 } unit ? $",'{unit[1..^1]}'" : "")})",
            'V' => $"np.void({text}{(type.FieldTypes.Count > 0 ? $", dtype={NumpyTypeRepr.Short(type)}" : "")})",
            'c' when text[0] == '(' => $"np.{NumpyTypeRepr.Name(type)}{text}",
            _ => $"np.{NumpyTypeRepr.Name(type)}({text})",
        };
    }

    private static void WriteItems(ReprWriter writer, NumpyArray array, long count, bool isCut)
    {
        if (count == 0)
        {
            writer.Append("[]");
            return;
        }

        var kept = array.Shape.Select(size => isCut && size > 2 * EdgeItems ? (IReadOnlyList<long>)[0, 1, 2, -1, size - 3, size - 2, size - 1] : Range(size)).ToList();
        if (kept.Aggregate(1L, (product, indices) => Math.Min(long.MaxValue / 8, product * indices.Count(index => index >= 0))) > MaxEdgeItems)
        {
            writer.Append("[...]");
            return;
        }

        List<long> places = [];
        Collect(array.Strides, kept, 0, 0, places);
        if (array.Items is { } items)
        {
            var next = 0;
            WriteNested(kept, 0, writer, () => WriteObject(writer, items[(int)places[next++]]));
            return;
        }

        var size = array.Type.ItemSize;
        if (NumpyItems.Format(array.Type, [.. places.Select(place => array.Bytes.Slice((int)(place * size), size))], isScalar: false) is not { } texts)
        {
            writer.Append("...");
            return;
        }

        var shown = 0;
        WriteNested(kept, 0, writer, () => writer.Append(array.Shape.IsEmpty ? texts[shown++].Trim(' ') : texts[shown++]));

        static IReadOnlyList<long> Range(long size) => [.. Enumerable.Range(0, (int)Math.Min(size, MaxEdgeItems + 1)).Select(i => (long)i)];
    }

    // An array's lists are written as what they are.
    private static void WriteObject(ReprWriter writer, PyValue value)
    {
        writer.Append(value is PyList ? "list(" : "");
        writer.Write(value);
        writer.Append(value is PyList ? ")" : "");
    }

    private static void Collect(IReadOnlyList<long> strides, List<IReadOnlyList<long>> kept, int dimension, long place, List<long> places)
    {
        if (dimension == kept.Count)
        {
            places.Add(place);
            return;
        }

        foreach (var index in kept[dimension].Where(index => index >= 0))
        {
            Collect(strides, kept, dimension + 1, place + (index * strides[dimension]), places);
        }
    }

    private static void WriteNested(List<IReadOnlyList<long>> kept, int dimension, ReprWriter writer, Action writeNext)
    {
        if (dimension == kept.Count)
        {
            writeNext();
            return;
        }

        writer.Append("[");
        for (var i = 0; i < kept[dimension].Count && !writer.IsFull; i++)
        {
            writer.Append(i > 0 ? ", " : "");
            if (kept[dimension][i] < 0)
            {
                writer.Append("...");
            }
            else
            {
                WriteNested(kept, dimension + 1, writer, writeNext);
            }
        }

        writer.Append("]");
    }
}
