using System.Globalization;

namespace Torchkeep.Cli.Conversion;

/// <summary>A size as people write it: <c>5GB</c> is decimal as with Hugging Face, <c>5GiB</c> binary.</summary>
internal static class ByteCount
{
    private static readonly (string Unit, long Bytes)[] _units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1), ("", 1),
    ];

    /// <summary>The bytes, at least 1; false for anything else.</summary>
    internal static bool TryParse(string text, out long bytes)
    {
        var (unit, size) = _units.First(row => text.EndsWith(row.Unit, StringComparison.OrdinalIgnoreCase));
        bytes = 0;
        if (!decimal.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || count > long.MaxValue / size)
        {
            return false;
        }

        bytes = (long)(count * size);
        return bytes > 0;
    }
}
