using Torchkeep.Cli.Output.Verify;
using Torchkeep.Cli.Scanning;

namespace Torchkeep.Cli.Output.Scan;

/// <summary>What people read: a line about each file, then one for each finding, the worst first.</summary>
internal static class ScanText
{
    private const int MaxFindings = 200;

    internal static void Write(Terminal terminal, ScannedPaths scan)
    {
        using var text = terminal.OpenText();
        foreach (var outcome in scan.Files)
        {
            if (outcome.Result is { } report)
            {
                Write(text, outcome.File, report);
            }
            else
            {
                text.WriteLine(SafeText.Escape($"{outcome.File}: not scanned"));
                terminal.Error.WriteLine($"torchkeep: {SafeText.Escape(outcome.Error!)}");
            }
        }

        foreach (var folder in scan.Folders)
        {
            text.WriteLine(SafeText.Escape($"{folder.Folder}: {Quantity.Of(folder.ScannedCount, "file")} scanned, {Quantity.Of(folder.SkippedCount, "other")} skipped, in which there is nothing to unpickle"));
        }
    }

    private static void Write(TextWriter text, string file, ScanReport report)
    {
        var names = report.Globals.Select(global => global.Name).Distinct().Count();
        var seen = $"{Quantity.Of(names, "name")} in {Quantity.Of(report.PickleCount, "pickle")}";
        var allowed = report.Globals.Any(global => global.IsAllowed) ? " or allowed" : "";
        var clean = report.HasTorchScript ? "clean, TorchScript not judged" : "clean";
        var state = report.IsClean ? $"{clean}: {seen}, all harmless{allowed}" : $"{seen}: {Counts(report)}";
        text.WriteLine(SafeText.Escape($"{file}: {report.Kind}, {state}"));
        var ordered = report.Findings.OrderByDescending(finding => finding.Rule.Level).ToList();
        foreach (var finding in ordered.Take(MaxFindings))
        {
            text.WriteLine($"  {ScanWords.Of(finding.Rule.Level),-7}  {SafeText.Escape($"{VerifyText.Place(finding.Record, finding.Offset)}{CommandWords.Of(finding.Message)} [{finding.Rule.Id}]")}");
        }

        if (ordered.Count > MaxFindings)
        {
            text.WriteLine($"  ... {Quantity.Number(ordered.Count - MaxFindings)} more (--json lists them)");
        }
    }

    private static string Counts(ScanReport report) => string.Join(", ", report.Findings
        .GroupBy(finding => finding.Rule.Level)
        .OrderByDescending(group => group.Key)
        .Select(group => Quantity.Of(group.Count(), ScanWords.Of(group.Key))));
}
