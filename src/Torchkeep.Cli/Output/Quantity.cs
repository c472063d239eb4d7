using System.Globalization;

namespace Torchkeep.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    private static readonly string[] _units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    internal static string Bytes(Int128 count)
    {
        if (count < 1024)
        {
            return $"{count} B";
        }

        var size = (double)count / 1024;
        var unit = 0;

        // What would be rounded to 1024.0 is 1.0 of the next unit.
        while (size >= 1023.95 && unit < _units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {_units[unit]}");
    }

    internal static string Number(Int128 count) => count.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Of(Int128 count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";
}
