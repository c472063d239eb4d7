using System.Globalization;

namespace Torchkeep.Values;

/// <summary>A finite number in decimal.</summary>
/// <param name="IsNegative">Also of minus zero.</param>
/// <param name="Digits">At least one; neither end is a zero, except in zero itself.</param>
/// <param name="Exponent">The power of ten of the first digit.</param>
internal readonly record struct DecimalDigits(bool IsNegative, string Digits, int Exponent)
{
    // A number whose first digits behind the rounded ones are a 5 and so many zeros is taken for one half way.
    private const int ExactDigits = 40;

    /// <summary>Of .NET's text of a number.</summary>
    internal static DecimalDigits Shortest(string text)
    {
        var isNegative = text[0] == '-';
        var parts = text[(isNegative ? 1 : 0)..].Split('E');
        var (mantissa, power) = (parts[0], parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal) is >= 0 and var found ? found : mantissa.Length;
        var padded = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = padded.Trim('0');
        return digits.Length == 0 ? new(isNegative, "0", 0) : new(isNegative, digits, power + point - 1 - (padded.Length - padded.TrimStart('0').Length));
    }

    /// <summary>
    /// The digits that are to be shown of a number: the shortest ones, or where they are more the exact value rounded to so many
    /// behind the first digit, half to even (numpy/_core/src/multiarray/dragon4.c).
    /// </summary>
    internal static DecimalDigits Rounded(double value, DecimalDigits shortest, int behindFirst)
    {
        if (shortest.Digits.Length - 1 <= behindFirst)
        {
            return shortest;
        }

        if (behindFirst < 0)
        {
            return new(shortest.IsNegative, "0", 0);
        }

        var exact = value.ToString($"E{ExactDigits + behindFirst}", CultureInfo.InvariantCulture).TrimStart('-').Split('E');
        var digits = exact[0].Replace(".", "", StringComparison.Ordinal);
        var (kept, rest) = (digits[..(behindFirst + 1)].ToCharArray(), digits[(behindFirst + 1)..]);
        var exponent = int.Parse(exact[1], CultureInfo.InvariantCulture);
        var isHalf = rest[0] == '5' && rest.AsSpan(1).IndexOfAnyExcept('0') < 0;
        if (isHalf ? (kept[^1] - '0') % 2 == 1 : rest[0] >= '5')
        {
            var place = kept.Length - 1;
            while (place >= 0 && kept[place] == '9')
            {
                kept[place--] = '0';
            }

            if (place < 0)
            {
                kept[0] = '1';
                exponent++;
            }
            else
            {
                kept[place]++;
            }
        }

        var text = new string(kept).TrimEnd('0');
        return new(shortest.IsNegative, text.Length == 0 ? "0" : text, exponent);
    }

    /// <summary>What stands before and behind the point, without an exponent.</summary>
    internal (string Whole, string Fraction) Positional()
    {
        if (Exponent < 0)
        {
            return ("0", new string('0', -Exponent - 1) + Digits);
        }

        var whole = Digits.PadRight(Exponent + 1, '0');
        return (whole[..(Exponent + 1)], whole[(Exponent + 1)..]);
    }
}
