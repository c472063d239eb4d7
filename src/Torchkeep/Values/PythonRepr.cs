using System.Globalization;
using System.Numerics;
using System.Text;

namespace Torchkeep.Values;

/// <summary>Python's repr of plain values, to the letter (CPython Objects/unicodeobject.c, Python/pystrtod.c).</summary>
internal static class PythonRepr
{
    // .NET and Python write the same digits; they differ in when an exponent is used.
    internal static string Of(double value) =>
        NonFinite(value) ?? (DecimalDigits.Shortest(value.ToString("R", CultureInfo.InvariantCulture)) is var number && number.Exponent is < -4 or >= 16 ? Scientific(number) : Plain(number));

    internal static string Of(Complex value) => OfComplex(value.Real, value.Imaginary, Of);

    internal static string OfComplex(double real, double imaginary, Func<double, string> text)
    {
        var second = Component(imaginary);
        if (real == 0 && !double.IsNegative(real))
        {
            return $"{second}j";
        }

        return $"({Component(real)}{(second[0] is '-' ? "" : "+")}{second}j)";

        string Component(double number) => text(number) is var written && written.EndsWith(".0", StringComparison.Ordinal) ? written[..^2] : written;
    }

    internal static string? NonFinite(double value) => double.IsFinite(value) ? null : double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";

    /// <summary>With an exponent.</summary>
    internal static string Scientific(DecimalDigits number)
    {
        var fraction = number.Digits.Length > 1 ? $".{number.Digits[1..]}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(number.IsNegative ? "-" : "")}{number.Digits[0]}{fraction}e{(number.Exponent < 0 ? '-' : '+')}{Math.Abs(number.Exponent):00}");
    }

    /// <summary>Without one, and with at least a zero behind the point.</summary>
    internal static string Plain(DecimalDigits number)
    {
        var (whole, fraction) = number.Positional();
        return $"{(number.IsNegative ? "-" : "")}{whole}.{(fraction.Length == 0 ? "0" : fraction)}";
    }

    internal static string Of(string value)
    {
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var text = new StringBuilder().Append(quote);
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsSurrogatePair(value, i))
            {
                var rune = new Rune(value[i], value[i + 1]);
                _ = IsPrintable(Rune.GetUnicodeCategory(rune)) ? text.Append(rune) : text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                i++;
            }
            else
            {
                AppendChar(text, value[i], quote);
            }
        }

        return text.Append(quote).ToString();
    }

    internal static string Of(ReadOnlySpan<byte> value, bool isByteArray)
    {
        var quote = value.Contains((byte)'\'') && !value.Contains((byte)'"') ? '"' : '\'';
        var text = new StringBuilder(isByteArray ? "bytearray(b" : "b").Append(quote);
        foreach (var b in value)
        {
            if (isByteArray && b == '\'')
            {
                // Python's bytearray alone escapes it inside of double quotes too.
                text.Append("\\'");
            }
            else if (b < 0x7f)
            {
                AppendChar(text, (char)b, quote);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            }
        }

        return text.Append(quote).Append(isByteArray ? ")" : "").ToString();
    }

    private static void AppendChar(StringBuilder text, char c, char quote) => _ = c switch
    {
        '\n' => text.Append("\\n"),
        '\r' => text.Append("\\r"),
        '\t' => text.Append("\\t"),
        '\\' => text.Append("\\\\"),
        _ when c == quote => text.Append('\\').Append(c),
        _ when c == ' ' || IsPrintable(char.GetUnicodeCategory(c)) => text.Append(c),
        _ when c < 0x100 => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
        _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };

    private static bool IsPrintable(UnicodeCategory category) => category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
