using System.Globalization;
using System.Numerics;
using System.Text;

namespace Torchkeep.Values;

/// <summary>Python's repr of plain values, to the letter (CPython Objects/unicodeobject.c, Python/pystrtod.c).</summary>
internal static class PythonRepr
{
    internal static string Of(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // Both write the shortest digits that read back; they differ in when an exponent is used.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var (mantissa, power) = (shortest[0], shortest.Length > 1 ? int.Parse(shortest[1], CultureInfo.InvariantCulture) : 0);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal) is >= 0 and var found ? found : mantissa.Length;
        var padded = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = value == 0 ? "0" : padded.Trim('0');
        var exponent = value == 0 ? 0 : power + point - 1 - (padded.Length - padded.TrimStart('0').Length);
        var sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        var whole = digits.PadRight(exponent + 1, '0');
        var rest = whole[(exponent + 1)..];
        return $"{sign}{whole[..(exponent + 1)]}.{(rest.Length == 0 ? "0" : rest)}";
    }

    internal static string Of(Complex value)
    {
        var imaginary = Component(value.Imaginary);
        if (value.Real == 0 && !double.IsNegative(value.Real))
        {
            return $"{imaginary}j";
        }

        return $"({Component(value.Real)}{(imaginary[0] is '-' ? "" : "+")}{imaginary}j)";

        static string Component(double number) => Of(number) is var text && text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
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
