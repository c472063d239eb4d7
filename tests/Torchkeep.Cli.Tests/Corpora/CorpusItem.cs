using System.Text.Json;

namespace Torchkeep.Cli.Tests.Corpora;

/// <summary>A tensor or another value of a checkpoint: where it is, and what is said about it.</summary>
internal sealed record CorpusItem(string Path, IReadOnlyDictionary<string, JsonElement> Fields)
{
    internal static CorpusItem Of(JsonElement json) =>
        new(json.GetProperty("path").GetString()!, json.EnumerateObject().ToDictionary(field => field.Name, field => field.Value));

    internal string Type => Text("type") ?? "";

    internal bool IsContainer => Fields.TryGetValue("container", out var container) && container.GetBoolean();

    internal string? Text(string field) => Fields.TryGetValue(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal CorpusItem With(string path, params (string Name, JsonElement Value)[] fields)
    {
        var changed = new Dictionary<string, JsonElement>(Fields);
        foreach (var (name, value) in fields)
        {
            changed[name] = value;
        }

        return new(path, changed);
    }

    internal CorpusItem Without(params string[] fields) =>
        this with { Fields = Fields.Where(field => !fields.Contains(field.Key)).ToDictionary() };

    /// <summary>Whether this stands somewhere below the item at a path.</summary>
    internal bool IsBelow(string path) => Path.Length > path.Length && Path.StartsWith(path, StringComparison.Ordinal) && Path[path.Length] is '[' or '.' or '(';
}
