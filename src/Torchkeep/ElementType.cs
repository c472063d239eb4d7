namespace Torchkeep;

/// <summary>
/// What the elements of a tensor are: PyTorch's <c>torch.dtype</c>, and two types of safetensors. Facts about each are in <see cref="ElementTypeInfo"/>.
/// </summary>
public enum ElementType
{
    /// <summary>IEEE single, <c>torch.float32</c>.</summary>
    Float32,

    /// <summary>IEEE double, <c>torch.float64</c>.</summary>
    Float64,

    /// <summary>IEEE half, <c>torch.float16</c>.</summary>
    Float16,

    /// <summary>The upper half of a single, <c>torch.bfloat16</c>.</summary>
    BFloat16,

    /// <summary>Signed, 8 bits, <c>torch.int8</c>.</summary>
    Int8,

    /// <summary>Signed, 16 bits, <c>torch.int16</c>.</summary>
    Int16,

    /// <summary>Signed, 32 bits, <c>torch.int32</c>.</summary>
    Int32,

    /// <summary>Signed, 64 bits, <c>torch.int64</c>.</summary>
    Int64,

    /// <summary>Unsigned, 8 bits, <c>torch.uint8</c>.</summary>
    UInt8,

    /// <summary>Unsigned, 16 bits, <c>torch.uint16</c>.</summary>
    UInt16,

    /// <summary>Unsigned, 32 bits, <c>torch.uint32</c>.</summary>
    UInt32,

    /// <summary>Unsigned, 64 bits, <c>torch.uint64</c>.</summary>
    UInt64,

    /// <summary>One byte, 0 or 1, <c>torch.bool</c>.</summary>
    Bool,

    /// <summary>Two halves, real then imaginary, <c>torch.complex32</c>.</summary>
    Complex32,

    /// <summary>Two bfloat16, real then imaginary, <c>torch.bcomplex32</c>.</summary>
    BComplex32,

    /// <summary>Two singles, real then imaginary, <c>torch.complex64</c>.</summary>
    Complex64,

    /// <summary>Two doubles, real then imaginary, <c>torch.complex128</c>.</summary>
    Complex128,

    /// <summary>Quantized, signed 8 bits, <c>torch.qint8</c>.</summary>
    QInt8,

    /// <summary>Quantized, unsigned 8 bits, <c>torch.quint8</c>.</summary>
    QUInt8,

    /// <summary>Quantized, signed 32 bits, <c>torch.qint32</c>.</summary>
    QInt32,

    /// <summary>Quantized, two values of 4 bits in a byte, <c>torch.quint4x2</c>; counted in bytes.</summary>
    QUInt4x2,

    /// <summary>Quantized, four values of 2 bits in a byte, <c>torch.quint2x4</c>; counted in bytes.</summary>
    QUInt2x4,

    /// <summary>8 bits, 5 of them exponent, <c>torch.float8_e5m2</c>.</summary>
    Float8E5M2,

    /// <summary>8 bits, 4 of them exponent, no infinities, <c>torch.float8_e4m3fn</c>.</summary>
    Float8E4M3Fn,

    /// <summary>As <see cref="Float8E5M2"/> without infinities and negative zero, <c>torch.float8_e5m2fnuz</c>.</summary>
    Float8E5M2FnUz,

    /// <summary>As <see cref="Float8E4M3Fn"/> without negative zero, <c>torch.float8_e4m3fnuz</c>.</summary>
    Float8E4M3FnUz,

    /// <summary>8 bits of exponent alone, <c>torch.float8_e8m0fnu</c>.</summary>
    Float8E8M0Fnu,

    /// <summary>Two values of 4 bits in a byte, <c>torch.float4_e2m1fn_x2</c>; shapes count bytes.</summary>
    Float4E2M1FnX2,

    /// <summary>Eight values of one bit, <c>torch.bits1x8</c>.</summary>
    Bits1x8,

    /// <summary>Four values of two bits, <c>torch.bits2x4</c>.</summary>
    Bits2x4,

    /// <summary>Two values of four bits, <c>torch.bits4x2</c>.</summary>
    Bits4x2,

    /// <summary>Eight bits without meaning, <c>torch.bits8</c>.</summary>
    Bits8,

    /// <summary>Sixteen bits without meaning, <c>torch.bits16</c>.</summary>
    Bits16,

    /// <summary>
    /// 6 bits, 2 of them exponent, four values in three bytes: <c>F6_E2M3</c> of safetensors, for which PyTorch has no
    /// dtype. Elements are handed out as raw bytes alone.
    /// </summary>
    Float6E2M3,

    /// <summary>As <see cref="Float6E2M3"/> with 3 bits of exponent, <c>F6_E3M2</c> of safetensors.</summary>
    Float6E3M2,
}
