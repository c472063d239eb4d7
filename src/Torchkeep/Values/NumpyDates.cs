using System.Globalization;
using System.Numerics;

namespace Torchkeep.Values;

/// <summary>The texts of NumPy's dates, which count units from 1970 on (numpy/_core/src/multiarray/datetime_strings.c).</summary>
internal static class NumpyDates
{
    private const long Missing = long.MinValue;
    private const int DaysInEra = 146_097;
    private const int YearsInEra = 400;

    // Days from 0000-03-01, when a year of the count starts, to 1970-01-01.
    private const int EpochDay = 719_468;

    // The units of a day, and how many digits of a second they show.
    private static readonly Dictionary<string, (long PerDay, int Digits)> _clocks = new()
    {
        ["h"] = (24, 0),
        ["m"] = (1440, 0),
        ["s"] = (86_400, 0),
        ["ms"] = (86_400, 3),
        ["us"] = (86_400, 6),
        ["ns"] = (86_400, 9),
        ["ps"] = (86_400, 12),
        ["fs"] = (86_400, 15),
        ["as"] = (86_400, 18),
    };

    internal static bool IsMissing(long value) => value == Missing;

    /// <summary><c>2024-05-06T07:08</c>, as far as the unit goes; null for a unit that is none.</summary>
    internal static string? Text(long value, NumpyType type)
    {
        if (value == Missing)
        {
            return "NaT";
        }

        var count = new BigInteger(value) * type.UnitCount;
        switch (type.Unit)
        {
            case "Y":
                return Year(count + 1970);
            case "M":
                var (years, month) = Divide(count, 12);
                return $"{Year(years + 1970)}-{(int)month + 1:00}";
            case "W":
                return Day(count * 7);
            case "D":
                return Day(count);
            case { } unit when _clocks.TryGetValue(unit, out var clock):
                var perSecond = BigInteger.Pow(10, clock.Digits);
                var (day, rest) = Divide(count, clock.PerDay * perSecond);
                var (whole, fraction) = Divide(rest, perSecond);
                var seconds = (int)(whole * (86_400 / clock.PerDay));
                var time = $"{Day(day)}T{seconds / 3600:00}";
                return unit == "h" ? time
                    : unit == "m" ? $"{time}:{seconds / 60 % 60:00}"
                    : $"{time}:{seconds / 60 % 60:00}:{seconds % 60:00}{(clock.Digits == 0 ? "" : "." + fraction.ToString(CultureInfo.InvariantCulture).PadLeft(clock.Digits, '0'))}";
            default:
                return null;
        }
    }

    // https://howardhinnant.github.io/date_algorithms.html, civil_from_days.
    private static string Day(BigInteger days)
    {
        var (era, rest) = Divide(days + EpochDay, DaysInEra);
        var day = (int)rest;
        var year = (day - (day / 1460) + (day / 36_524) - (day / 146_096)) / 365;
        var dayOfYear = day - ((365 * year) + (year / 4) - (year / 100));
        var month = ((5 * dayOfYear) + 2) / 153;
        var date = dayOfYear - (((153 * month) + 2) / 5) + 1;
        var isNextYear = month >= 10;
        return $"{Year((era * YearsInEra) + year + (isNextYear ? 1 : 0))}-{(isNextYear ? month - 9 : month + 3):00}-{date:00}";
    }

    // C's %04d, of which the sign takes one.
    private static string Year(BigInteger year) =>
        year.Sign < 0 ? $"-{BigInteger.Abs(year).ToString(CultureInfo.InvariantCulture).PadLeft(3, '0')}" : year.ToString(CultureInfo.InvariantCulture).PadLeft(4, '0');

    // The rest is never negative.
    private static (BigInteger Quotient, BigInteger Remainder) Divide(BigInteger number, BigInteger by)
    {
        var quotient = BigInteger.DivRem(number, by, out var rest);
        return rest.Sign < 0 ? (quotient - 1, rest + by) : (quotient, rest);
    }
}
