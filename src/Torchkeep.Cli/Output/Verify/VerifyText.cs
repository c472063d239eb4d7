namespace Torchkeep.Cli.Output.Verify;

/// <summary>What people read: a line about each file, then one for each fault.</summary>
internal static class VerifyText
{
    private const int MaxNames = 5;

    internal static void Write(Terminal terminal, IReadOnlyList<FileOutcome<VerifiedFile>> outcomes)
    {
        using var text = terminal.OpenText();
        foreach (var outcome in outcomes)
        {
            if (outcome.Result is { } file)
            {
                Write(text, outcome.File, file);
            }
            else
            {
                text.WriteLine(SafeText.Escape($"{outcome.File}: unreadable"));
                terminal.Error.WriteLine($"torchkeep: {SafeText.Escape(outcome.Error!)}");
            }
        }
    }

    private static void Write(TextWriter text, string path, VerifiedFile file)
    {
        var report = file.Report;
        var holds = $"{Quantity.Of(report.TensorCount, "tensor")} in {Quantity.Of(report.StorageCount, "storage")}";
        var state = report.Faults.Count > 0 ? $"damaged: {Quantity.Of(report.Faults.Count, "fault")}"
            : report.UncheckedBytes == 0 ? $"whole: {holds}, every byte checked"
            : $"whole as far as can be told: {holds}; {Quantity.Bytes(report.UncheckedBytes)} of {Quantity.Bytes(report.Length)} have no checksum";
        var several = report.CheckpointCount > 1 ? $"{Quantity.Of(report.CheckpointCount, "checkpoint")}, the first a " : "";
        text.WriteLine(SafeText.Escape($"{path}: {several}{FormatNames.Of[report.Format].Phrase}, {Quantity.Bytes(report.Length)}: {state}"));
        foreach (var fault in report.Faults)
        {
            text.WriteLine($"  {SafeText.Escape(Place(fault.Record, fault.Offset) + CommandWords.Of(fault.Problem) + Hit(fault.Tensors))}");
        }

        foreach (var odd in file.Values ?? [])
        {
            text.WriteLine($"  {SafeText.Escape($"{odd.Path}: {Quantity.Number(odd.NaN)} NaN, {Quantity.Number(odd.Infinite)} infinite")}");
        }
    }

    internal static string Place(string? record, long? offset) => (record, offset) switch
    {
        (null, null) => "",
        (null, { } at) => $"byte {at}: ",
        ({ } name, null) => $"{name}: ",
        var (name, at) => $"{name}, byte {at}: ",
    };

    private static string Hit(IReadOnlyList<string> tensors) => tensors.Count == 0
        ? ""
        : $" - hits {string.Join(", ", tensors.Take(MaxNames))}{(tensors.Count > MaxNames ? $" and {Quantity.Number(tensors.Count - MaxNames)} more" : "")}";
}
