using System.Collections.Frozen;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Torchkeep.Tensors;

/// <summary>
/// From one floating-point type to another as <c>torch.Tensor.to</c> does it: by way of a single, rounding to nearest even
/// each time (c10/util/Half.h, BFloat16.h, Float8_*.h). Elements are in the machine's order.
/// </summary>
internal static class ElementConversion
{
    private static readonly FrozenDictionary<ElementType, float[]> _small = new Dictionary<ElementType, float[]>
    {
        [ElementType.Float8E5M2] = Values(mantissaBits: 2, bias: 15, isFnUz: false, hasInfinity: true),
        [ElementType.Float8E4M3Fn] = Values(mantissaBits: 3, bias: 7, isFnUz: false, hasInfinity: false),
        [ElementType.Float8E5M2FnUz] = Values(mantissaBits: 2, bias: 16, isFnUz: true, hasInfinity: false),
        [ElementType.Float8E4M3FnUz] = Values(mantissaBits: 3, bias: 8, isFnUz: true, hasInfinity: false),
        [ElementType.Float8E8M0Fnu] = [.. Enumerable.Range(0, 255).Select(exponent => MathF.ScaleB(1, exponent - 127)), float.NaN],
    }.ToFrozenDictionary();

    /// <summary>Whether elements can be converted from the type.</summary>
    internal static bool IsSource(ElementType type) => IsTarget(type) || _small.ContainsKey(type);

    /// <summary>Whether elements can be converted to the type.</summary>
    internal static bool IsTarget(ElementType type) => type is ElementType.Float16 or ElementType.BFloat16 or ElementType.Float32 or ElementType.Float64;

    internal static void ToSingle(ReadOnlySpan<byte> bytes, ElementType type, Span<float> singles)
    {
        switch (type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(singles);
                break;
            case ElementType.Float64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), singles);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), singles);
                break;
            case ElementType.BFloat16:
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < upper.Length; i++)
                {
                    singles[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
            default:
                var values = _small[type];
                for (var i = 0; i < bytes.Length; i++)
                {
                    singles[i] = values[bytes[i]];
                }

                break;
        }
    }

    internal static void FromSingle(ReadOnlySpan<float> singles, ElementType type, Span<byte> bytes)
    {
        switch (type)
        {
            case ElementType.Float32:
                singles.CopyTo(MemoryMarshal.Cast<byte, float>(bytes));
                break;
            case ElementType.Float64:
                TensorPrimitives.ConvertTruncating(singles, MemoryMarshal.Cast<byte, double>(bytes));
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToHalf(singles, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            default:
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < upper.Length; i++)
                {
                    upper[i] = ToBFloat16(singles[i]);
                }

                break;
        }
    }

    // c10/util/BFloat16.h, round_to_nearest_even.
    private static ushort ToBFloat16(float value)
    {
        const ushort NotANumber = 0x7fc0;
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? NotANumber : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    // All values of an 8-bit type: sign, exponent, mantissa.
    private static float[] Values(int mantissaBits, int bias, bool isFnUz, bool hasInfinity)
    {
        var values = new float[256];
        for (var bits = 0; bits < values.Length; bits++)
        {
            var exponent = (bits & 0x7f) >> mantissaBits;
            var mantissa = bits & ((1 << mantissaBits) - 1);
            var magnitude = exponent == 0
                ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
                : MathF.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
            var isTop = exponent == 0x7f >> mantissaBits;
            if (isFnUz ? bits == 0x80 : hasInfinity ? isTop && mantissa != 0 : (bits & 0x7f) == 0x7f)
            {
                magnitude = float.NaN;
            }
            else if (hasInfinity && isTop)
            {
                magnitude = float.PositiveInfinity;
            }

            values[bits] = bits < 0x80 ? magnitude : -magnitude;
        }

        return values;
    }
}
