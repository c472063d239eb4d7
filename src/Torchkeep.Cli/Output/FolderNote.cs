using System.Text.Json;

namespace Torchkeep.Cli.Output;

/// <summary>What lies beside the weights in a folder, and what a shard is a part of.</summary>
internal static class FolderNote
{
    private const int MaxParts = 40;

    private static readonly Dictionary<FolderRole, string> _words = new()
    {
        [FolderRole.Weights] = "weights",
        [FolderRole.Shard] = "shard",
        [FolderRole.Optimizer] = "optimizer",
        [FolderRole.Scheduler] = "scheduler",
        [FolderRole.Scaler] = "gradient scaler",
        [FolderRole.RandomState] = "random state",
        [FolderRole.Sampler] = "sampler",
        [FolderRole.Custom] = "custom object",
        [FolderRole.Arguments] = "training arguments",
        [FolderRole.TrainerState] = "trainer state",
        [FolderRole.Settings] = "settings",
        [FolderRole.Folder] = "folder",
        [FolderRole.Other] = "other",
    };

    internal static void Write(TextWriter output, CheckpointFile opened)
    {
        if (opened.Checkpoint.Shard is { } shard)
        {
            output.WriteLine(SafeText.Escape(shard.ToString()));
        }

        if (InputFolder.Find(opened.Input.Path) is not { Weights: { } weights } folder)
        {
            return;
        }

        List<FolderPart> beside = [.. folder.Parts.Where(part => part != weights)];
        output.WriteLine(SafeText.Escape(
            $"'{weights.Name}' of a folder{(beside.Count == 0 ? "" : $", beside it {Quantity.Number(beside.Count)} more (inspect '{opened.Input.Path}!NAME' shows one):")}"));
        var shown = beside.Take(MaxParts).ToList();
        var (names, words) = (Widest(part => SafeText.Escape(part.Name)), Widest(part => _words[part.Role]));
        foreach (var part in shown)
        {
            output.WriteLine($"  {SafeText.Escape(part.Name).PadRight(names)}  {_words[part.Role].PadRight(words)}  {(part.Role == FolderRole.Folder ? "" : Quantity.Bytes(part.Length))}".TrimEnd());
        }

        if (beside.Count > MaxParts)
        {
            output.WriteLine($"  ... {Quantity.Number(beside.Count - MaxParts)} more (--json shows them)");
        }

        int Widest(Func<FolderPart, string> text) => shown.Select(part => text(part).Length).DefaultIfEmpty().Max();
    }

    internal static void Write(Utf8JsonWriter json, CheckpointFile opened)
    {
        if (opened.Checkpoint.Shard is { } shard)
        {
            json.WriteStartObject("shard");
            json.WriteNumber("number", shard.Number);
            json.WriteNumber("count", shard.Count);
            json.WriteString("index", shard.Index is null ? null : SafeText.Escape(Path.GetFileName(shard.Index)));
            json.WriteEndObject();
        }

        if (InputFolder.Find(opened.Input.Path) is not { Weights: { } weights } folder)
        {
            return;
        }

        json.WriteStartObject("folder");
        json.WriteString("weights", SafeText.Escape(weights.Name));
        json.WriteStartArray("parts");
        foreach (var part in folder.Parts)
        {
            json.WriteStartObject();
            json.WriteString("name", SafeText.Escape(part.Name));
            json.WriteString("role", _words[part.Role]);
            json.WriteNumber("bytes", part.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
