using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>
/// Element types and TorchSharp's, which names sixteen; libtorch knows the others by number (c10/core/ScalarType.h).
/// Quantized types are missing: libtorch makes no such tensor from bytes alone.
/// </summary>
internal static class ElementTypeMap
{
    private static readonly (ElementType Element, ScalarType Scalar)[] _rows =
    [
        (ElementType.UInt8, ScalarType.Byte),
        (ElementType.Int8, ScalarType.Int8),
        (ElementType.Int16, ScalarType.Int16),
        (ElementType.Int32, ScalarType.Int32),
        (ElementType.Int64, ScalarType.Int64),
        (ElementType.Float16, ScalarType.Float16),
        (ElementType.Float32, ScalarType.Float32),
        (ElementType.Float64, ScalarType.Float64),
        (ElementType.Complex32, (ScalarType)8),
        (ElementType.Complex64, ScalarType.ComplexFloat32),
        (ElementType.Complex128, ScalarType.ComplexFloat64),
        (ElementType.Bool, ScalarType.Bool),
        (ElementType.BFloat16, ScalarType.BFloat16),
        (ElementType.Bits1x8, (ScalarType)18),
        (ElementType.Bits2x4, (ScalarType)19),
        (ElementType.Bits4x2, (ScalarType)20),
        (ElementType.Bits8, (ScalarType)21),
        (ElementType.Bits16, (ScalarType)22),
        (ElementType.Float8E5M2, (ScalarType)23),
        (ElementType.Float8E4M3Fn, (ScalarType)24),
        (ElementType.Float8E5M2FnUz, (ScalarType)25),
        (ElementType.Float8E4M3FnUz, (ScalarType)26),
        (ElementType.UInt16, (ScalarType)27),
        (ElementType.UInt32, (ScalarType)28),
        (ElementType.UInt64, (ScalarType)29),
        (ElementType.Float8E8M0Fnu, (ScalarType)44),
        (ElementType.Float4E2M1FnX2, (ScalarType)45),
    ];

    private static readonly Dictionary<ElementType, ScalarType> _scalars = _rows.ToDictionary(row => row.Element, row => row.Scalar);
    private static readonly Dictionary<ScalarType, ElementType> _elements = _rows.ToDictionary(row => row.Scalar, row => row.Element);

    internal static bool TryToScalar(ElementType element, out ScalarType scalar) => _scalars.TryGetValue(element, out scalar);

    internal static ScalarType ToScalar(ElementType element) => TryToScalar(element, out var scalar)
        ? scalar
        : throw new NotSupportedException($"TorchSharp has no tensor of {ElementTypeInfo.Of(element)}");

    internal static ElementType ToElement(ScalarType scalar) => _elements.TryGetValue(scalar, out var element)
        ? element
        : throw new NotSupportedException($"a tensor of {scalar} cannot be saved; dequantize it first");

    /// <summary>PyTorch lets only these have a gradient (torch/csrc/autograd, requires_grad).</summary>
    internal static bool CanRequireGrad(ScalarType scalar) =>
        ToElement(scalar) is ElementType.Float16 or ElementType.Float32 or ElementType.Float64 or ElementType.BFloat16
            or ElementType.Complex32 or ElementType.Complex64 or ElementType.Complex128
            or ElementType.Float8E5M2 or ElementType.Float8E4M3Fn or ElementType.Float8E5M2FnUz or ElementType.Float8E4M3FnUz
            or ElementType.Float8E8M0Fnu or ElementType.Float4E2M1FnX2;
}
