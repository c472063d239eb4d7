using System.Text.Json;
using Torchkeep.Cli.Output.Verify;

namespace Torchkeep.Cli.Output.Scan;

/// <summary>A log of OASIS SARIF 2.1.0 (sections in the comments), with one run for all files.</summary>
internal static class ScanSarif
{
    internal static void Write(Stream output, IReadOnlyList<FileOutcome<ScanReport>> outcomes)
    {
        using var json = new Utf8JsonWriter(output, SafeJson.Options);
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(json);
        WriteInvocation(json, outcomes);
        json.WriteStartArray("results");
        foreach (var outcome in outcomes)
        {
            foreach (var finding in outcome.Result?.Findings ?? [])
            {
                WriteResult(json, outcome.File, finding);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    // 3.18, 3.19 and 3.49.
    private static void WriteTool(Utf8JsonWriter json)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "torchkeep");
        json.WriteString("semanticVersion", typeof(ScanSarif).Assembly.GetName().Version!.ToString(3));
        json.WriteStartArray("rules");
        foreach (var rule in ScanRule.All)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            WriteText(json, "shortDescription", rule.Description);
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", ScanWords.Of(rule.Level));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // 3.20: files that could not be read are problems of the run, not of the files.
    private static void WriteInvocation(Utf8JsonWriter json, IReadOnlyList<FileOutcome<ScanReport>> outcomes)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", outcomes.All(outcome => outcome.Result is not null));
        json.WriteStartArray("toolExecutionNotifications");
        foreach (var outcome in outcomes.Where(outcome => outcome.Result is null))
        {
            json.WriteStartObject();
            json.WriteString("level", "error");
            WriteText(json, "message", outcome.Error!);
            json.WriteStartArray("locations");
            WriteLocation(json, outcome.File, record: null, offset: null);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // 3.27.
    private static void WriteResult(Utf8JsonWriter json, string file, ScanFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule.Id);
        json.WriteNumber("ruleIndex", IndexOf(finding.Rule));
        json.WriteString("level", ScanWords.Of(finding.Rule.Level));
        WriteText(json, "message", VerifyText.Place(finding.Record, finding.Offset) + CommandWords.Of(finding.Message));
        json.WriteStartArray("locations");
        WriteLocation(json, file, finding.Record, finding.Offset);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // 3.28 to 3.33: an offset inside a record is none of the file's.
    private static void WriteLocation(Utf8JsonWriter json, string file, string? record, long? offset)
    {
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', file.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString)));
        json.WriteEndObject();
        if (record is null && offset is { } at)
        {
            json.WriteStartObject("region");
            json.WriteNumber("byteOffset", at);
            json.WriteNumber("byteLength", 0);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (record is not null)
        {
            json.WriteStartArray("logicalLocations");
            json.WriteStartObject();
            json.WriteString("fullyQualifiedName", record);
            json.WriteString("kind", "member");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static int IndexOf(ScanRule rule)
    {
        for (var i = 0; i < ScanRule.All.Count; i++)
        {
            if (ScanRule.All[i].Id == rule.Id)
            {
                return i;
            }
        }

        return -1;
    }
}
