using System.Collections.Immutable;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>The dtype of a NumPy array or scalar, as data.</summary>
public sealed class NumpyType
{
    internal NumpyType(char kind, int itemSize, bool isBigEndian, IReadOnlyList<string> fields, string? unit)
    {
        (Kind, ItemSize, IsBigEndian, Fields, Unit) = (kind, itemSize, isBigEndian, fields, unit);
    }

    /// <summary>
    /// NumPy's letter: <c>b</c> bool, <c>i</c> and <c>u</c> integers, <c>f</c> floats, <c>c</c> complex, <c>S</c> bytes,
    /// <c>U</c> text, <c>M</c> and <c>m</c> dates and durations, <c>V</c> raw or structured, <c>O</c> objects.
    /// </summary>
    public char Kind { get; }

    /// <summary>The bytes of one item.</summary>
    public int ItemSize { get; }

    /// <summary>Whether the bytes are big-endian.</summary>
    public bool IsBigEndian { get; }

    /// <summary>The names of a structured type's fields; else empty.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>The fields of a structured type with where they lie; else empty.</summary>
    internal IReadOnlyList<NumpyField> FieldTypes { get; init; } = [];

    /// <summary>Of a type that is an array of another, that other and the array's shape; else null.</summary>
    internal (NumpyType Type, ImmutableArray<long> Shape)? Element { get; init; }

    /// <summary>Whether its fields lie as those of a C struct do.</summary>
    internal bool IsAligned { get; init; }

    /// <summary>How many units a date or duration counts in, as in <c>25s</c>.</summary>
    internal long UnitCount { get; init; } = 1;

    /// <summary>The unit of a date or duration, such as <c>ns</c>; else null.</summary>
    public string? Unit { get; }

    /// <summary>The same among PyTorch's types, or null where it has none.</summary>
    public ElementType? ElementType => (Kind, ItemSize) switch
    {
        ('b', 1) => Torchkeep.ElementType.Bool,
        ('i', 1) => Torchkeep.ElementType.Int8,
        ('i', 2) => Torchkeep.ElementType.Int16,
        ('i', 4) => Torchkeep.ElementType.Int32,
        ('i', 8) or ('M', 8) or ('m', 8) => Torchkeep.ElementType.Int64,
        ('u', 1) => Torchkeep.ElementType.UInt8,
        ('u', 2) => Torchkeep.ElementType.UInt16,
        ('u', 4) => Torchkeep.ElementType.UInt32,
        ('u', 8) => Torchkeep.ElementType.UInt64,
        ('f', 2) => Torchkeep.ElementType.Float16,
        ('f', 4) => Torchkeep.ElementType.Float32,
        ('f', 8) => Torchkeep.ElementType.Float64,
        ('c', 8) => Torchkeep.ElementType.Complex64,
        ('c', 16) => Torchkeep.ElementType.Complex128,
        _ => null,
    };

    /// <summary>As NumPy writes it: <c>&lt;f8</c>, <c>|S5</c>, <c>&lt;U3</c>, <c>&lt;M8[ns]</c>.</summary>
    public override string ToString() =>
        $"{(IsBigEndian ? '>' : ItemSize == 1 || Kind is 'S' or 'V' or 'O' ? '|' : '<')}{Kind}{(Kind == 'O' ? "" : (Kind == 'U' ? ItemSize / NumpyReader.CharacterSize : ItemSize).ToString(System.Globalization.CultureInfo.InvariantCulture))}{NumpyTypeRepr.Unit(this)}";
}
