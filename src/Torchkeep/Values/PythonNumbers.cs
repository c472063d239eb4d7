using System.Globalization;
using System.Numerics;

namespace Torchkeep.Values;

/// <summary>Numbers that are classes in Python: Decimal, Fraction, UUID.</summary>
internal static class PythonNumbers
{
    // Of a text that is longer no decimal is left anyway.
    private const int MaxDigits = 4300;

    private const int MaxScale = 28;
    private const int MaxBits = 96;

    internal static decimal? Decimal(PyValue value) => value is PyObject record && PythonNames.Of(record) is "decimal.Decimal" && record.Arguments.Items is [PyString text]
        ? ParseDecimal(text.Value) ?? throw new OverflowException(SafeText.Escape($"the Decimal {text.Brief} does not fit a decimal without loss"))
        : null;

    internal static (BigInteger Numerator, BigInteger Denominator)? Fraction(PyValue value)
    {
        if (value is not PyObject record || PythonNames.Of(record) is not "fractions.Fraction")
        {
            return null;
        }

        // Two ints since Python 3.12, and a text before.
        switch (record.Arguments.Items)
        {
            case [PyInt numerator, PyInt { Value.Sign: > 0 } denominator]:
                return (numerator.Value, denominator.Value);
            case [PyString { Value.Length: <= MaxDigits } text]:
                var parts = text.Value.Split('/');
                var last = BigInteger.One;
                return parts.Length <= 2
                    && BigInteger.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var first)
                    && (parts.Length == 1 || (BigInteger.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out last) && !last.IsZero))
                    ? (first, last)
                    : null;
            default:
                return null;
        }
    }

    internal static Guid? Uuid(PyValue value)
    {
        if (value is not PyObject { State: PyDict state } record || PythonNames.Of(record) is not "uuid.UUID" || !state.TryGet("int", out var number) || number is not PyInt { Value: var bits })
        {
            return null;
        }

        return bits.Sign >= 0 && bits.GetBitLength() <= 128 ? new(((UInt128)bits).ToBigEndianBytes(), bigEndian: true) : null;
    }

    private static byte[] ToBigEndianBytes(this UInt128 number)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return bytes;
    }

    private static decimal? ParseDecimal(string text)
    {
        if (text.Length > MaxDigits)
        {
            return null;
        }

        var split = text.ToUpperInvariant().Split('E');
        var exponent = 0;
        if (split.Length > 2 || (split.Length == 2 && !int.TryParse(split[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)))
        {
            return null;
        }

        var point = split[0].IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? split[0] : split[0].Remove(point, 1);
        if (!BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var coefficient))
        {
            return null;
        }

        var scale = (point < 0 ? 0L : split[0].Length - point - 1) - exponent;
        if (scale is < 0 and >= -MaxScale)
        {
            coefficient *= BigInteger.Pow(10, (int)-scale);
            scale = 0;
        }

        var magnitude = BigInteger.Abs(coefficient);
        if (scale is < 0 or > MaxScale || magnitude.GetBitLength() > MaxBits)
        {
            return null;
        }

        var bits = (UInt128)magnitude;
        return new((int)(uint)bits, (int)(uint)(bits >> 32), (int)(uint)(bits >> 64), digits.StartsWith('-'), (byte)scale);
    }
}
