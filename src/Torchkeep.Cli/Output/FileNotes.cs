namespace Torchkeep.Cli.Output;

/// <summary>What is said of a file beside its object: how it is packed, which of its checkpoints is shown, its texts.</summary>
internal static class FileNotes
{
    private const int MaxText = 200;
    private const int MaxTexts = 40;

    internal static string Packed(Checkpoint checkpoint) => checkpoint.Compression is { } compression ? $", unpacked from {compression}" : "";

    /// <summary>Which of several checkpoints it is, or null of the only one.</summary>
    internal static string? Place(CheckpointFile file) =>
        file.Count > 1 ? $"{Ordinal(file.Number)} of {file.Count} checkpoints in the file, one after another (--index N shows another)"
        : file.Checkpoint.FollowingBytes > 0 ? $"{Quantity.Bytes(file.Checkpoint.FollowingBytes)} follow it, which are no checkpoint"
        : null;

    private static string Ordinal(int number) => number switch
    {
        1 => "the first",
        2 => "the second",
        3 => "the third",
        _ => $"number {number}",
    };

    internal static void WriteMetadata(TextWriter output, IReadOnlyDictionary<string, string> metadata)
    {
        output.WriteLine($"metadata: {Quantity.Of(metadata.Count, "text")}");
        foreach (var (key, value) in metadata.Take(MaxTexts))
        {
            output.WriteLine($"  {SafeText.Escape(ValueText.Of(key, MaxText))}: {SafeText.Escape(ValueText.Of(value, MaxText))}");
        }

        if (metadata.Count > MaxTexts)
        {
            output.WriteLine($"  ... {Quantity.Number(metadata.Count - MaxTexts)} more (--json shows them)");
        }
    }
}
