using System.Text;
using System.Text.RegularExpressions;

namespace Torchkeep;

/// <summary>The way to a value of a checkpoint as C# writes it.</summary>
internal static partial class CodePath
{
    /// <summary>What the examples call the object that torch.load returned.</summary>
    internal const string Root = "loaded";

    /// <param name="path">The way behind the root, as <see cref="PyEntry.Path"/> writes it.</param>
    /// <returns>Indexers, such as <c>["model"][0]</c>; or null where a step is none.</returns>
    internal static string? Of(string path)
    {
        var code = new StringBuilder();
        var end = 0;
        foreach (Match step in Step().Matches(path))
        {
            if (step.Index != end)
            {
                return null;
            }

            end += step.Length;
            code.Append(step.Groups["index"] is { Success: true, Value: var index } ? $"[{index}]"
                : step.Groups["name"] is { Success: true, Value: var name } ? $"[{Literal(name)}]"
                : $"[\"{step.Groups["text"].Value.Replace("\\'", "'", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]");
        }

        return end == path.Length ? code.ToString() : null;
    }

    internal static string Literal(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    // What Python escapes in a text, C# escapes alike.
    [GeneratedRegex(@"\[(?<index>\d+)\]|\['(?<text>([^'\\]|\\.)*)'\]|\.(?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Step();
}
