using System.Collections.Frozen;
using System.Numerics;

namespace Torchkeep.Tensors;

/// <summary>
/// THE table of dtypes. A row's place is its enum value (a test holds the two together). Sources: torch/storage.py,
/// c10/core/ScalarType.h.
/// </summary>
internal static class ElementTypeTable
{
    internal static readonly ElementTypeInfo[] Rows =
    [
        new(ElementType.Float32, "float32", 4, 4, "FloatStorage", typeof(float), ElementSign.TopBit),
        new(ElementType.Float64, "float64", 8, 8, "DoubleStorage", typeof(double), ElementSign.TopBit),
        new(ElementType.Float16, "float16", 2, 2, "HalfStorage", typeof(Half), ElementSign.TopBit),
        new(ElementType.BFloat16, "bfloat16", 2, 2, "BFloat16Storage", null, ElementSign.TopBit),
        new(ElementType.Int8, "int8", 1, 1, "CharStorage", typeof(sbyte), ElementSign.TwosComplement),
        new(ElementType.Int16, "int16", 2, 2, "ShortStorage", typeof(short), ElementSign.TwosComplement),
        new(ElementType.Int32, "int32", 4, 4, "IntStorage", typeof(int), ElementSign.TwosComplement),
        new(ElementType.Int64, "int64", 8, 8, "LongStorage", typeof(long), ElementSign.TwosComplement),
        new(ElementType.UInt8, "uint8", 1, 1, "ByteStorage", typeof(byte), ElementSign.TwosComplement),
        new(ElementType.UInt16, "uint16", 2, 2, null, typeof(ushort), ElementSign.TwosComplement),
        new(ElementType.UInt32, "uint32", 4, 4, null, typeof(uint), ElementSign.TwosComplement),
        new(ElementType.UInt64, "uint64", 8, 8, null, typeof(ulong), ElementSign.TwosComplement),
        new(ElementType.Bool, "bool", 1, 1, "BoolStorage", typeof(bool), ElementSign.None),
        new(ElementType.Complex32, "complex32", 4, 2, null, null, ElementSign.TopBit),
        new(ElementType.BComplex32, "bcomplex32", 4, 2, null, null, ElementSign.TopBit),
        new(ElementType.Complex64, "complex64", 8, 4, "ComplexFloatStorage", null, ElementSign.TopBit),
        new(ElementType.Complex128, "complex128", 16, 8, "ComplexDoubleStorage", typeof(Complex), ElementSign.TopBit),
        new(ElementType.QInt8, "qint8", 1, 1, "QInt8Storage", typeof(sbyte), ElementSign.None),
        new(ElementType.QUInt8, "quint8", 1, 1, "QUInt8Storage", typeof(byte), ElementSign.None),
        new(ElementType.QInt32, "qint32", 4, 4, "QInt32Storage", typeof(int), ElementSign.None),
        new(ElementType.QUInt4x2, "quint4x2", 1, 1, "QUInt4x2Storage", typeof(byte), ElementSign.None),
        new(ElementType.QUInt2x4, "quint2x4", 1, 1, "QUInt2x4Storage", typeof(byte), ElementSign.None),
        new(ElementType.Float8E5M2, "float8_e5m2", 1, 1, null, null, ElementSign.None),
        new(ElementType.Float8E4M3Fn, "float8_e4m3fn", 1, 1, null, null, ElementSign.None),
        new(ElementType.Float8E5M2FnUz, "float8_e5m2fnuz", 1, 1, null, null, ElementSign.None),
        new(ElementType.Float8E4M3FnUz, "float8_e4m3fnuz", 1, 1, null, null, ElementSign.None),
        new(ElementType.Float8E8M0Fnu, "float8_e8m0fnu", 1, 1, null, null, ElementSign.None),
        new(ElementType.Float4E2M1FnX2, "float4_e2m1fn_x2", 1, 1, null, null, ElementSign.None),
        new(ElementType.Bits1x8, "bits1x8", 1, 1, null, null, ElementSign.None),
        new(ElementType.Bits2x4, "bits2x4", 1, 1, null, null, ElementSign.None),
        new(ElementType.Bits4x2, "bits4x2", 1, 1, null, null, ElementSign.None),
        new(ElementType.Bits8, "bits8", 1, 1, null, typeof(byte), ElementSign.None),
        new(ElementType.Bits16, "bits16", 2, 2, null, typeof(ushort), ElementSign.None),
        new(ElementType.Float6E2M3, "float6_e2m3", 1, 1, null, null, ElementSign.None, bitSize: 6),
        new(ElementType.Float6E3M2, "float6_e3m2", 1, 1, null, null, ElementSign.None, bitSize: 6),
    ];

    internal static readonly FrozenDictionary<string, ElementTypeInfo> ByName =
        Rows.ToFrozenDictionary(row => row.Name, StringComparer.Ordinal);

    internal static readonly FrozenDictionary<string, ElementTypeInfo> ByStorageClass =
        Rows.Where(row => row.StorageClass is not null).ToFrozenDictionary(row => row.StorageClass!, StringComparer.Ordinal);
}
