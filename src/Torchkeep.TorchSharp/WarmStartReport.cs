using System.Text;

namespace Torchkeep;

/// <summary>What a warm start did, and what it did not and why.</summary>
public sealed class WarmStartReport
{
    private const int Shown = 20;

    internal WarmStartReport(string moduleClass) => this.moduleClass = moduleClass;

    /// <summary>The names of the model whose values were loaded, in the model's order.</summary>
    public IReadOnlyList<string> applied { get; internal init; } = [];

    /// <summary>Those of them that the file has under another name, with that first.</summary>
    public IReadOnlyList<(string from, string to)> renamed { get; internal init; } = [];

    /// <summary>What was left out on request: names of the file with the reason.</summary>
    public IReadOnlyList<(string key, string reason)> skipped { get; internal init; } = [];

    /// <summary>Names of the model that the file has not, each with the nearest that the file has to spare, or null.</summary>
    public IReadOnlyList<(string key, string? nearest)> missing { get; internal init; } = [];

    /// <summary>Names of the file that the model has not, each with the nearest that the model lacks, or null.</summary>
    public IReadOnlyList<(string key, string? nearest)> unexpected { get; internal init; } = [];

    /// <summary>What to type for names that are missing because the file has their weight in several tensors, a sentence each.</summary>
    public IReadOnlyList<string> hints { get; internal init; } = [];

    private string moduleClass { get; }

    /// <summary>Lines for a log; of each list the first 20.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{moduleClass}: {applied.Count} loaded, {skipped.Count} skipped, {missing.Count} missing, {unexpected.Count} unexpected");
        foreach (var line in Lines())
        {
            text.Append('\n').Append(line);
        }

        return text.ToString();
    }

    /// <summary>Everything but what went without saying, a line each.</summary>
    internal IEnumerable<string> Lines() =>
        First("renamed", renamed, entry => $"{entry.from} -> {entry.to}")
            .Concat(First("skipped", skipped, entry => $"{entry.key}: {entry.reason}"))
            .Concat(First("missing", missing, DidYouMean))
            .Concat(First("unexpected", unexpected, DidYouMean))
            .Concat(hints.Select(hint => SafeText.Escape(Hints.Prefix + hint)));

    private static string DidYouMean((string Key, string? Nearest) entry) =>
        entry.Nearest is null ? entry.Key : $"{entry.Key} (did you mean {entry.Nearest}?)";

    private static IEnumerable<string> First<T>(string what, IReadOnlyList<T> entries, Func<T, string> text) =>
        entries.Take(Shown).Select(entry => Line(what, text(entry)))
            .Concat(entries.Count > Shown ? [$"{what}: and {entries.Count - Shown} more"] : []);

    // Names are a file's.
    private static string Line(string what, string text) => SafeText.Escape($"{what}: {text}");
}
