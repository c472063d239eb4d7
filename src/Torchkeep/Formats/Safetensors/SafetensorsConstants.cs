using System.Collections.Frozen;

namespace Torchkeep.Formats.Safetensors;

/// <summary>Names and numbers of safetensors (safetensors/src/tensor.rs of version 0.8.0).</summary>
internal static class SafetensorsConstants
{
    /// <summary>The bytes of the header's length, which the file starts with.</summary>
    internal const int LengthSize = sizeof(ulong);

    /// <summary>MAX_HEADER_SIZE.</summary>
    internal const int MaxHeaderBytes = 100_000_000;

    /// <summary>The header is filled up with spaces to a multiple of this.</summary>
    internal const int HeaderAlignment = 8;

    internal const string Extension = ".safetensors";

    internal const string Metadata = "__metadata__";

    /// <summary>A key of the metadata that says which framework the file is of, and never another name of a tensor.</summary>
    internal const string FrameworkKey = "format";

    internal const string ElementType = "dtype";
    internal const string Shape = "shape";
    internal const string Offsets = "data_offsets";

    /// <summary>The dtypes. Their order is that of the enum Dtype, by which the writer sorts: the last comes first.</summary>
    internal static readonly (string Code, ElementType Type)[] Dtypes =
    [
        ("BOOL", Torchkeep.ElementType.Bool),
        ("F4", Torchkeep.ElementType.Float4E2M1FnX2),
        ("F6_E2M3", Torchkeep.ElementType.Float6E2M3),
        ("F6_E3M2", Torchkeep.ElementType.Float6E3M2),
        ("U8", Torchkeep.ElementType.UInt8),
        ("I8", Torchkeep.ElementType.Int8),
        ("F8_E5M2", Torchkeep.ElementType.Float8E5M2),
        ("F8_E4M3", Torchkeep.ElementType.Float8E4M3Fn),
        ("F8_E8M0", Torchkeep.ElementType.Float8E8M0Fnu),
        ("F8_E4M3FNUZ", Torchkeep.ElementType.Float8E4M3FnUz),
        ("F8_E5M2FNUZ", Torchkeep.ElementType.Float8E5M2FnUz),
        ("I16", Torchkeep.ElementType.Int16),
        ("U16", Torchkeep.ElementType.UInt16),
        ("F16", Torchkeep.ElementType.Float16),
        ("BF16", Torchkeep.ElementType.BFloat16),
        ("I32", Torchkeep.ElementType.Int32),
        ("U32", Torchkeep.ElementType.UInt32),
        ("F32", Torchkeep.ElementType.Float32),
        ("C64", Torchkeep.ElementType.Complex64),
        ("F64", Torchkeep.ElementType.Float64),
        ("I64", Torchkeep.ElementType.Int64),
        ("U64", Torchkeep.ElementType.UInt64),
    ];

    internal static readonly FrozenDictionary<string, ElementType> ByCode =
        Dtypes.ToFrozenDictionary(row => row.Code, row => row.Type, StringComparer.Ordinal);

    /// <summary>The place of an element type among <see cref="Dtypes"/>.</summary>
    internal static readonly FrozenDictionary<ElementType, int> Ranks =
        Dtypes.Index().ToFrozenDictionary(row => row.Item.Type, row => row.Index);
}
