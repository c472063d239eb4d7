using System.Globalization;

namespace Torchkeep.Values;

/// <summary>The texts of dtypes (numpy/_core/_dtype.py).</summary>
internal static class NumpyTypeRepr
{
    private static readonly Dictionary<char, string> _kinds = new() { ['i'] = "int", ['u'] = "uint", ['f'] = "float", ['c'] = "complex" };

    /// <summary><c>repr(dtype)</c>.</summary>
    internal static string Of(NumpyType type) => $"dtype({Construction(type, isShort: false)}{(type is { IsAligned: true, FieldTypes.Count: > 0 } ? ", align=True" : "")})";

    /// <summary>As an array's repr writes it behind <c>dtype=</c>.</summary>
    internal static string Short(NumpyType type)
    {
        if (type.FieldTypes.Count > 0)
        {
            return Construction(type, isShort: false);
        }

        var isQuoted = type.Kind is 'S' or 'U' or 'V' or 'M' or 'm' || IsSwapped(type);
        return isQuoted ? $"'{(type.Kind is 'M' or 'm' && !IsSwapped(type) ? Name(type) : type.ToString())}'" : Name(type);
    }

    /// <summary>Whether an array's repr leaves the dtype out.</summary>
    internal static bool IsImplied(NumpyType type) =>
        type.FieldTypes.Count == 0 && !IsSwapped(type) && (type.Kind, type.ItemSize) is ('b', 1) or ('i', 8) or ('f', 8) or ('c', 16);

    /// <summary>The name: <c>float32</c>, <c>bool</c>, <c>datetime64[ns]</c>; of a scalar's class without the unit.</summary>
    internal static string Name(NumpyType type) => type.Kind switch
    {
        'b' => "bool",
        'O' => "object",
        'S' => "bytes_",
        'U' => "str_",
        'V' => "void",
        'M' => $"datetime64{Unit(type)}",
        'm' => $"timedelta64{Unit(type)}",
        var kind => string.Create(CultureInfo.InvariantCulture, $"{_kinds.GetValueOrDefault(kind, kind.ToString())}{type.ItemSize * 8}"),
    };

    /// <summary><c>[ns]</c>, <c>[25s]</c>, or nothing.</summary>
    internal static string Unit(NumpyType type) => type.Unit is null or "generic" ? "" : $"[{(type.UnitCount == 1 ? "" : type.UnitCount.ToString(CultureInfo.InvariantCulture))}{type.Unit}]";

    private static bool IsSwapped(NumpyType type) => type.IsBigEndian && type.ItemSize > 1 && type.Kind is not ('S' or 'V' or 'O' or 'b');

    private static string Construction(NumpyType type, bool isShort)
    {
        if (type.Element is { } array)
        {
            return $"({Construction(array.Type, isShort: true)}, {Shape(array.Shape)})";
        }

        if (type.FieldTypes.Count > 0)
        {
            return IsPacked(type) ? FieldList(type) : FieldTable(type);
        }

        var order = type.IsBigEndian ? ">" : "<";
        return type.Kind switch
        {
            'b' => isShort ? "'?'" : "'bool'",
            'O' => "'O'",
            'S' or 'V' => $"'{type.Kind}{(type.ItemSize == 0 ? "" : type.ItemSize.ToString(CultureInfo.InvariantCulture))}'",
            'U' => $"'{order}U{(type.ItemSize == 0 ? "" : (type.ItemSize / NumpyReader.CharacterSize).ToString(CultureInfo.InvariantCulture))}'",
            'M' or 'm' => $"'{order}{type.Kind}8{Unit(type)}'",
            _ when isShort || IsSwapped(type) => string.Create(CultureInfo.InvariantCulture, $"'{(type.ItemSize == 1 ? "" : order)}{type.Kind}{type.ItemSize}'"),
            _ => $"'{Name(type)}'",
        };
    }

    private static string FieldList(NumpyType type) => $"[{string.Join(", ", type.FieldTypes.Select(field => field.Type.Element is { } array
        ? $"({PythonRepr.Of(field.Name)}, {Construction(array.Type, isShort: true)}, {Shape(array.Shape)})"
        : $"({PythonRepr.Of(field.Name)}, {Construction(field.Type, isShort: true)})"))}]";

    private static string FieldTable(NumpyType type)
    {
        var names = string.Join(", ", type.FieldTypes.Select(field => PythonRepr.Of(field.Name)));
        var formats = string.Join(", ", type.FieldTypes.Select(field => Construction(field.Type, isShort: true)));
        var offsets = string.Join(", ", type.FieldTypes.Select(field => field.Offset));
        return $"{{'names': [{names}], 'formats': [{formats}], 'offsets': [{offsets}], 'itemsize': {type.ItemSize}}}";
    }

    // One behind the other; of a C struct with what lies between to make them fit its size.
    private static bool IsPacked(NumpyType type)
    {
        var place = 0L;
        var largest = 1;
        foreach (var field in type.FieldTypes)
        {
            var alignment = type.IsAligned ? Alignment(field.Type) : 1;
            largest = Math.Max(largest, alignment);
            place = RoundUp(place, alignment);
            if (field.Offset != place)
            {
                return false;
            }

            place += field.Type.ItemSize;
        }

        return RoundUp(place, largest) == type.ItemSize;
    }

    private static long RoundUp(long place, int alignment) => (place + alignment - 1) / alignment * alignment;

    private static int Alignment(NumpyType type) => type switch
    {
        { Element: { } array } => Alignment(array.Type),
        { FieldTypes: { Count: > 0 } fields } => type.IsAligned ? fields.Max(field => Alignment(field.Type)) : 1,
        { Kind: 'S' or 'V' } => 1,
        { Kind: 'U' } => NumpyReader.CharacterSize,
        { Kind: 'c' } => Math.Max(1, type.ItemSize / 2),
        _ => Math.Max(1, type.ItemSize),
    };

    /// <summary>A shape as a tuple.</summary>
    internal static string Shape(IReadOnlyList<long> shape) => shape.Count == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
}
