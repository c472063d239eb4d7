using System.Globalization;
using System.Text.RegularExpressions;

namespace Torchkeep.Formats.Sharded;

/// <summary>What the name of a shard says: <c>model-00001-of-00003.safetensors</c>, also with a variant before or behind the numbers.</summary>
/// <param name="Start">What stands before the numbers.</param>
/// <param name="Number">Which it is, from 1 on.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Behind">What stands between the numbers and the last part, where old files have their variant.</param>
/// <param name="Extension">The last part of the name, with its point.</param>
internal sealed partial record ShardName(string Start, int Number, int Count, string Behind, string Extension)
{
    internal static ShardName? Parse(string file) => Pattern().Match(file) is { Success: true } match
        ? new(match.Groups["start"].Value, Int(match.Groups["number"]), Int(match.Groups["count"]), match.Groups["behind"].Value, match.Groups["extension"].Value)
        : null;

    /// <summary>What its index may be called: a variant stands in it in one of three places.</summary>
    internal IEnumerable<string> IndexNames()
    {
        var point = Start.IndexOf('.');
        var (stem, variant) = point > 0 ? (Start[..point], Start[point..] + Behind) : (Start, Behind);
        string[] names =
        [
            $"{stem}{Extension}.index{variant}.json",
            $"{stem}{Extension}{variant}{ShardedConstants.IndexEnd}",
            $"{stem}{variant}{Extension}{ShardedConstants.IndexEnd}",
        ];
        return names.Distinct();
    }

    private static int Int(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<start>.+)-(?<number>[0-9]{1,9})-of-(?<count>[0-9]{1,9})(?<behind>(\.[^.]+)*)(?<extension>\.(safetensors|bin|pt|pth))$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
