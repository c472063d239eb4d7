namespace Torchkeep.Cli.Scanning;

/// <summary>What <c>--allow</c> gives: names, or files of names.</summary>
internal static class AllowList
{
    // A list of names that was written by hand; anything longer is another file.
    private const long MaxLength = 1 << 20;

    /// <exception cref="ArgumentException">There is a name that is none.</exception>
    internal static ScanOptions Read(IEnumerable<string> values) => new() { AllowedGlobals = [.. values.SelectMany(Names)] };

    private static IEnumerable<string> Names(string value)
    {
        if (!File.Exists(value))
        {
            return value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }

        return new FileInfo(value).Length > MaxLength
            ? throw new ArgumentException($"'{value}' has more than {MaxLength} bytes, and is no list of names")
            : File.ReadLines(value).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0);
    }
}
