using System.Text.RegularExpressions;

namespace Torchkeep;

/// <summary>Tells one file of several by its name, as Transformers and Torchkeep give it.</summary>
internal static partial class ShardName
{
    /// <summary>What to type in place of one shard, or null where a file is none.</summary>
    internal static string? Hint(string? file)
    {
        if (file is null || Form().Match(Path.GetFileName(file)) is not { Success: true } match)
        {
            return null;
        }

        var index = Path.Combine(Path.GetDirectoryName(file) ?? "", $"{match.Groups["stem"].Value}{match.Groups["extension"].Value}.index.json");
        var number = int.Parse(match.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        var count = int.Parse(match.Groups["count"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        return count < 2 ? null
            : $"This is file {number} of {count} that make up one checkpoint: model.load_state_dict({CodePath.Literal(index)}) reads all of them{(File.Exists(index) ? "" : ", once that index is beside them")}";
    }

    [GeneratedRegex(@"^(?<stem>.+)-(?<number>\d{5})-of-(?<count>\d{5})(?<extension>\.\w+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
