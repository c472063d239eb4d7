using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Torchkeep.Tensors;

namespace Torchkeep.Values;

/// <summary>
/// Reads NumPy's pickles (numpy/_core/src/multiarray/methods.c, <c>array_reduce</c>; descriptor.c, <c>arraydescr_reduce</c>;
/// scalartypes.c.src, <c>gentype_reduce</c>; numpy/_core/numeric.py, <c>_frombuffer</c>).
/// </summary>
internal static class NumpyReader
{
    /// <summary>NumPy's text takes this many bytes a character.</summary>
    internal const int CharacterSize = 4;

    // numpy/_core/include/numpy/ndarraytypes.h, NPY_ALIGNED_STRUCT.
    private const int AlignedFlag = 0x80;

    // A dtype can be the type of many fields of another, over and over. What has more is a record without known fields.
    private const int MaxFields = 1000;
    private const int MaxDepth = 8;

    // An array that is met twice is one tensor.
    private static readonly ConditionalWeakTable<PyObject, Made> _tensors = [];

    /// <summary>Whether a record is a pickled array, whichever function makes it.</summary>
    internal static bool IsArray(PyValue value) =>
        value is PyObject record && PythonNames.Of(record) is "numpy._core.multiarray._reconstruct" or "numpy._core.numeric._frombuffer";

    /// <summary>
    /// The tensor over the bytes of an array of numbers, the same for each call; null for all else: for dates, text, objects,
    /// structures, and where the bytes are not as many as the shape and the type need.
    /// </summary>
    internal static PyTensor? Tensor(PyValue value)
    {
        if (!IsArray(value))
        {
            return null;
        }

        var record = (PyObject)value;
        if (!_tensors.TryGetValue(record, out var made) || made.State != record.State)
        {
            made = new(record.State, WholeArray(record) is { Type: { ElementType: not null, Kind: not ('M' or 'm') } } array ? new(array.ToTensor()) : null);
            _tensors.AddOrUpdate(record, made);
        }

        return made.Tensor;
    }

    /// <summary>An array, or null for all else and for one that is broken.</summary>
    internal static NumpyArray? WholeArray(PyValue value)
    {
        try
        {
            return IsArray(value) ? Array(value) : null;
        }
        catch (InvalidCheckpointException)
        {
            return null;
        }
    }

    /// <summary>An array's type and shape for a message, by one name however it was pickled.</summary>
    internal static string Describe(PyValue array)
    {
        try
        {
            return Array(array) is { } read ? $"numpy.ndarray of {read.Type}{Fields(read.Type)} {TensorLayout.Format(read.Shape.AsSpan())}" : "numpy.ndarray";
        }
        catch (InvalidCheckpointException error)
        {
            return $"numpy.ndarray that is broken: {error.Message}";
        }

        static string Fields(NumpyType type) => type.Fields.Count == 0 ? "" : $" ({string.Join(", ", type.Fields)})";
    }

    internal static NumpyArray? Array(PyValue value)
    {
        if (value is not PyObject record)
        {
            return null;
        }

        return (PythonNames.Of(record), record.Arguments.Items, record.State) switch
        {
            ("numpy._core.multiarray.scalar", [var dtype, var data], _) when Type(dtype) is { } type => Make(type, [], false, data, isScalar: true),
            ("numpy._core.multiarray._reconstruct", _, PyTuple { Items: [_, var shape, var dtype, PyBool isFortran, var data] }) when Type(dtype) is { } type =>
                Make(type, Numbers(shape), isFortran.Value, data, isScalar: false),
            ("numpy._core.numeric._frombuffer", [var data, var dtype, var shape, var order, .. var axes], _) when Type(dtype) is { } type =>
                Transpose(Make(type, Numbers(shape), PythonNames.Text(order) == "F", data, isScalar: false), axes),
            _ => null,
        };
    }

    /// <summary>The plain value that a scalar is, or null: for a date or duration the number.</summary>
    internal static PyValue? Scalar(PyValue value)
    {
        if (value is not PyObject record || PythonNames.Of(record) is not "numpy._core.multiarray.scalar" || Array(record) is not { } array)
        {
            return null;
        }

        if (array.Items is [var item])
        {
            return item;
        }

        var type = array.Type;
        switch (type.Kind)
        {
            case 'U':
                return new PyString(array.ToStrings()[0]);
            case 'S':
                return new PyBytes(array.Bytes.Span.TrimEnd((byte)0));
            case var _ when type.ElementType is null:
                return null;
        }

        var view = array.ToTensor();
        return type.ElementType switch
        {
            ElementType.Bool => PyBool.From(view.ToArray<byte>()[0] != 0),
            ElementType.UInt64 => PyInt.From(new BigInteger(view.ToArray<ulong>()[0])),
            ElementType.Float16 => new PyFloat((double)view.ToArray<Half>()[0]),
            ElementType.Float32 => new PyFloat(view.ToArray<float>()[0]),
            ElementType.Float64 => new PyFloat(view.ToArray<double>()[0]),
            ElementType.Complex64 => Complex(view.ToArray<ulong>()[0]),
            ElementType.Complex128 => new PyComplex(view.ToArray<Complex>()[0]),
            ElementType.Int8 => PyInt.From(view.ToArray<sbyte>()[0]),
            ElementType.Int16 => PyInt.From(view.ToArray<short>()[0]),
            ElementType.Int32 => PyInt.From(view.ToArray<int>()[0]),
            ElementType.Int64 => PyInt.From(view.ToArray<long>()[0]),
            ElementType.UInt8 => PyInt.From(view.ToArray<byte>()[0]),
            ElementType.UInt16 => PyInt.From(view.ToArray<ushort>()[0]),
            _ => PyInt.From(view.ToArray<uint>()[0]),
        };
    }

    /// <summary>The number, text or bytes that a scalar is as a dictionary's key, or null.</summary>
    internal static PyValue? Key(PyValue value, int maxBytes)
    {
        try
        {
            return value is PyObject { Arguments.Items: [_, PyBytes { Value.Length: var length }] } && length <= maxBytes && Array(value) is { Type.Kind: not ('M' or 'm' or 'O') }
                ? Scalar(value)
                : null;
        }
        catch (InvalidCheckpointException)
        {
            // The record is no such data, whatever its name.
            return null;
        }
    }

    internal static NumpyType? Type(PyValue value)
    {
        var left = MaxFields;
        return Type(value, ref left, depth: 0);
    }

    private static NumpyType? Type(PyValue value, ref int left, int depth)
    {
        if (value is not PyObject record || PythonNames.Of(record) is not "numpy.dtype" || record.Arguments.Items is not [var name, ..])
        {
            return null;
        }

        // The dtype of a record array is named by its class.
        var text = name is PyGlobal { Module: "numpy", Name: "record" } ? "V0" : PythonNames.Text(name);
        if (text is not { Length: > 1 } code || !int.TryParse(code.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || depth > MaxDepth || --left < 0)
        {
            return null;
        }

        var (kind, isBigEndian, fields, unit) = (code[0], false, (IReadOnlyList<string>)[], (string?)null);
        var unitCount = 1L;
        var (fieldTypes, element, isAligned) = ((IReadOnlyList<NumpyField>)[], ((NumpyType, ImmutableArray<long>)?)null, false);
        if (record.State is PyTuple { Items: [_, var order, var sub, var names, var table, PyInt itemSize, ..] items })
        {
            isBigEndian = PythonNames.Text(order) == ">";
            fields = names is PyTuple tuple ? [.. tuple.Items.Select(field => PythonNames.Text(field) ?? field.Brief)] : [];
            fieldTypes = FieldTypes(names, table, ref left, depth);
            isAligned = items is [_, _, _, _, _, _, _, PyInt flags, ..] && flags.TryGetInt64(out var bits) && (bits & AlignedFlag) != 0;
            if (sub is PyTuple { Items: [var inner, var innerShape] } && Type(inner, ref left, depth + 1) is { } innerType)
            {
                var sizes = innerShape is PyInt ? Numbers(new PyTuple(innerShape)) : Numbers(innerShape);
                element = sizes.IsDefault ? null : (innerType, sizes);
            }

            if (items is [.., PyTuple { Items: [_, PyTuple { Items: [var unitName, PyInt count, ..] }] }])
            {
                unit = PythonNames.Text(unitName);
                unitCount = count.TryGetInt64(out var units) ? units : 1;
            }

            if (kind is 'S' or 'U' or 'V' && itemSize.TryGetInt64(out var bytes) && bytes is >= 0 and <= int.MaxValue)
            {
                return Made((int)bytes);
            }
        }

        if (kind == 'U')
        {
            size = size <= int.MaxValue / CharacterSize ? size * CharacterSize : throw Invalid($"a text of {size} characters is longer than any array");
        }

        return Made(size);

        NumpyType Made(int itemSize) =>
            new(kind, itemSize, isBigEndian, fields, unit) { FieldTypes = fieldTypes, Element = element, IsAligned = isAligned, UnitCount = unitCount };
    }

    // A name, and in the table the type and the place under it.
    private static List<NumpyField> FieldTypes(PyValue names, PyValue table, ref int left, int depth)
    {
        List<NumpyField> fields = [];
        if (names is PyTuple tuple && table is PyDict types)
        {
            foreach (var name in tuple.Items)
            {
                if (!types.TryGet(name, out var field) || field is not PyTuple { Items: [var dtype, PyInt place, ..] } || !place.TryGetInt64(out var offset)
                    || offset is < 0 or > int.MaxValue || Type(dtype, ref left, depth + 1) is not { } type)
                {
                    return [];
                }

                fields.Add(new(PythonNames.Text(name) ?? name.Brief, type, (int)offset));
            }
        }

        return fields;
    }

    private static NumpyArray? Make(NumpyType type, ImmutableArray<long> shape, bool isFortran, PyValue data, bool isScalar)
    {
        if (shape.IsDefault)
        {
            return null;
        }

        var count = TensorLayout.CountElements(shape.AsSpan(), Math.Max(1, type.ItemSize));
        if (type.Kind == 'O')
        {
            List<PyValue> items = isScalar ? [data] : data is PyList list ? list.Items : throw Invalid($"objects must come as a list, found {data.TypeName}");
            return items.Count == count ? new(type, shape, isFortran, default, items) : throw Invalid($"{items.Count} objects for a shape of {count}");
        }

        if (PythonNames.Bytes(data) is not { } bytes)
        {
            return null;
        }

        return bytes.Length == count * type.ItemSize
            ? new(type, shape, isFortran, bytes, items: null)
            : throw Invalid($"{bytes.Length} bytes for {count} elements of {type.ItemSize}");
    }

    // What is neither of C's order nor of Fortran's comes as one of C's order and its axes (order 'K', since NumPy 2.3).
    private static NumpyArray? Transpose(NumpyArray? array, ImmutableArray<PyValue> rest)
    {
        if (array is null || rest is not [PyTuple or PyList, ..])
        {
            return array;
        }

        var axes = Numbers(rest[0]);
        return !axes.IsDefault && axes.Order().SequenceEqual(Enumerable.Range(0, array.Shape.Length).Select(axis => (long)axis))
            ? array.Transpose(axes)
            : throw Invalid($"its axes are no order of {array.Shape.Length} dimensions");
    }

    private static ImmutableArray<long> Numbers(PyValue value)
    {
        IReadOnlyList<PyValue>? items = value switch
        {
            PyTuple tuple => tuple.Items,
            PyList list => list.Items,
            _ => null,
        };
        if (items is null || !items.All(item => item is PyInt number && number.TryGetInt64(out _)))
        {
            return default;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(items.Select(item => item.AsInt64()).ToArray());
    }

    private static PyComplex Complex(ulong bits)
    {
        var parts = MemoryMarshal.Cast<ulong, float>(new ReadOnlySpan<ulong>(in bits));
        return new(new Complex(parts[0], parts[1]));
    }

    private static InvalidCheckpointException Invalid(string problem) => new($"this is no NumPy array: {problem}");

    private sealed record Made(PyValue? State, PyTensor? Tensor);
}
