using System.Globalization;

namespace Torchkeep.Values;

/// <summary>
/// The texts of the floats of one array, which have one form and width (numpy/_core/arrayprint.py, <c>FloatingFormat</c>, with
/// NumPy's own settings).
/// </summary>
internal static class NumpyFloats
{
    /// <summary>A smaller number is written with an exponent.</summary>
    internal const double MinPlain = 1e-4;

    private const int Precision = 8;
    private const double MaxPlain = 1e8;
    private const double MaxRatio = 1000;

    /// <param name="values">The numbers.</param>
    /// <param name="size">The bytes that one has in the array: 2, 4 or 8.</param>
    /// <param name="hasSign">Whether a plus is written too, as before an imaginary part.</param>
    internal static string[] Format(double[] values, int size, bool hasSign)
    {
        var finite = values.Where(double.IsFinite).ToList();
        var sizes = finite.Where(value => value != 0).Select(Math.Abs).ToList();
        var isScientific = sizes.Count > 0 && (sizes.Max() >= MaxPlainOf(size) || sizes.Min() < MinPlain || sizes.Max() / sizes.Min() > MaxRatio);
        var parts = values.Select(value => !double.IsFinite(value) ? default : isScientific ? Scientific(value, size, hasSign) : Plain(value, size, hasSign)).ToArray();
        var whole = parts.Max(part => part.Whole?.Length ?? 0);
        var fraction = parts.Max(part => part.Fraction?.Length ?? 0);
        var exponent = parts.Max(part => part.Exponent?.Length ?? 0);
        var right = isScientific ? fraction + 1 + exponent : fraction;
        if (finite.Count < values.Length)
        {
            var longest = values.Where(value => !double.IsFinite(value)).Max(value => double.IsNaN(value) ? 3 : value < 0 || hasSign ? 4 : 3);
            whole = Math.Max(whole, longest - right - 1);
        }

        return [.. values.Zip(parts, (value, part) => part.Whole is null
            ? $"{(hasSign && !(value < 0) ? "+" : "")}{PythonRepr.NonFinite(value)}".PadLeft(whole + right + 1)
            : isScientific
                ? $"{part.Whole.PadLeft(whole)}.{part.Fraction!.PadRight(fraction, '0')}e{part.Exponent![0]}{part.Exponent[1..].PadLeft(exponent - 1, '0')}"
                : $"{part.Whole.PadLeft(whole)}.{part.Fraction!.PadRight(fraction)}")];
    }

    // As few digits as tell the number from its neighbours among those of its size.
    internal static DecimalDigits Shortest(double value, int size) => DecimalDigits.Shortest(size switch
    {
        2 => ((Half)value).ToString(CultureInfo.InvariantCulture),
        4 => ((float)value).ToString("R", CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    });

    // Since NumPy 2.3 no more digits than the size is sure of.
    internal static double MaxPlainOf(int size) => size switch
    {
        2 => 1e3,
        4 => 1e6,
        _ => MaxPlain,
    };

    private static (string? Whole, string? Fraction, string? Exponent) Plain(double value, int size, bool hasSign)
    {
        var shortest = Shortest(value, size);
        var rounded = shortest.Digits.Length - 1 - shortest.Exponent <= Precision ? shortest : DecimalDigits.Rounded(value, shortest, Precision + shortest.Exponent);
        var (whole, fraction) = rounded.Positional();
        return (Sign(shortest, hasSign) + whole, fraction, null);
    }

    private static (string? Whole, string? Fraction, string? Exponent) Scientific(double value, int size, bool hasSign)
    {
        var shortest = Shortest(value, size);
        var rounded = DecimalDigits.Rounded(value, shortest, Precision);
        return (Sign(shortest, hasSign) + rounded.Digits[0], rounded.Digits[1..], string.Create(CultureInfo.InvariantCulture, $"{(rounded.Exponent < 0 ? '-' : '+')}{Math.Abs(rounded.Exponent):00}"));
    }

    private static string Sign(DecimalDigits number, bool hasSign) => number.IsNegative ? "-" : hasSign ? "+" : "";
}
