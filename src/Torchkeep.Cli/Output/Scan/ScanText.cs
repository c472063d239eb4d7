using Torchkeep.Cli.Output.Verify;

namespace Torchkeep.Cli.Output.Scan;

/// <summary>What people read: a line about each file, then one for each finding, the worst first.</summary>
internal static class ScanText
{
    private const int MaxFindings = 200;

    internal static void Write(Terminal terminal, IReadOnlyList<FileOutcome<ScanReport>> outcomes)
    {
        using var text = terminal.OpenText();
        foreach (var outcome in outcomes)
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
    }

    private static void Write(TextWriter text, string file, ScanReport report)
    {
        var names = report.Globals.Select(global => global.Name).Distinct().Count();
        var seen = $"{Quantity.Of(names, "name")} in {Quantity.Of(report.PickleCount, "pickle")}";
        var state = report.IsClean ? $"clean: {seen}, all harmless" : $"{seen}: {Counts(report)}";
        text.WriteLine(SafeText.Escape($"{file}: {report.Kind}, {state}"));
        var ordered = report.Findings.OrderByDescending(finding => finding.Rule.Level).ToList();
        foreach (var finding in ordered.Take(MaxFindings))
        {
            text.WriteLine($"  {ScanWords.Of(finding.Rule.Level),-7}  {SafeText.Escape($"{VerifyText.Place(finding.Record, finding.Offset)}{finding.Message} [{finding.Rule.Id}]")}");
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
