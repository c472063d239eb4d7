using System.Text.Json;
using Torchkeep.Cli.Output.Verify;
using Torchkeep.Cli.Scanning;

namespace Torchkeep.Cli.Output.Scan;

/// <summary>The object that <c>scan --json</c> writes; docs/cli.md describes every field.</summary>
internal static class ScanJson
{
    internal static void Write(Stream output, ScannedPaths scan)
    {
        using var json = new Utf8JsonWriter(output, SafeJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("files");
        foreach (var outcome in scan.Files)
        {
            json.WriteStartObject();
            json.WriteString("file", outcome.File);
            if (outcome.Result is { } report)
            {
                Write(json, report);
            }
            else
            {
                json.WriteString("verdict", "error");
                json.WriteString("error", outcome.Error);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("folders");
        foreach (var folder in scan.Folders)
        {
            json.WriteStartObject();
            json.WriteString("folder", folder.Folder);
            json.WriteNumber("scanned", folder.ScannedCount);
            json.WriteNumber("skipped", folder.SkippedCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, ScanReport report)
    {
        json.WriteString("verdict", !report.IsClean ? "findings" : report.HasTorchScript ? "clean-torchscript-not-judged" : "clean");
        json.WriteString("level", report.Level is { } level ? ScanWords.Of(level) : null);
        json.WriteString("kind", report.Kind);
        json.WriteNumber("pickles", report.PickleCount);
        json.WriteStartArray("globals");
        foreach (var global in report.Globals)
        {
            json.WriteStartObject();
            json.WriteString("module", global.Name.Module);
            json.WriteString("name", global.Name.Name);
            json.WriteString("risk", ScanWords.Of(global.Risk));
            json.WriteString("reason", global.Reason);
            json.WriteBoolean("allowed", global.IsAllowed);
            json.WriteString("use", ScanWords.Of(global.Use));
            json.WriteNumber("count", global.Count);
            json.WriteString("record", global.Record);
            json.WriteNumber("offset", global.Offset);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("rule", finding.Rule.Id);
            json.WriteString("level", ScanWords.Of(finding.Rule.Level));
            json.WriteString("message", CommandWords.Of(finding.Message));
            json.WriteString("record", finding.Record);
            VerifyJson.WriteOffset(json, finding.Offset);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
