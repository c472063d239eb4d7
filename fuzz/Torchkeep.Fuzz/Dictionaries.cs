using System.Globalization;
using System.Text.RegularExpressions;

namespace Torchkeep.Fuzz;

/// <summary>The words of the files that afl-fuzz takes as dictionaries.</summary>
internal static partial class Dictionaries
{
    internal static IEnumerable<byte[]> Words(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(folder, "dictionaries"), "*.dict").Order()
        from line in File.ReadLines(file)
        let word = Quoted().Match(line)
        where word.Success
        select Unescape(word.Groups[1].Value);

    private static byte[] Unescape(string word) => [.. Byte().Matches(word).Select(match => match.Value is ['\\', 'x', .. var hex]
        ? byte.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : (byte)match.Value[^1])];

    [GeneratedRegex("^[a-z0-9_]*=?\"(.*)\"$")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\\x[0-9a-f]{2}|\\.|.")]
    private static partial Regex Byte();
}
