using System.Text.Json;

namespace Torchkeep.Cli.Output.Verify;

/// <summary>The object that <c>verify --json</c> writes; docs/cli.md describes every field.</summary>
internal static class VerifyJson
{
    internal static void Write(Stream output, IReadOnlyList<FileOutcome<VerifiedFile>> outcomes)
    {
        using var json = new Utf8JsonWriter(output, SafeJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("files");
        foreach (var outcome in outcomes)
        {
            json.WriteStartObject();
            json.WriteString("file", outcome.File);
            if (outcome.Result is { } file)
            {
                Write(json, file);
            }
            else
            {
                json.WriteString("verdict", "unreadable");
                json.WriteString("error", outcome.Error);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void Write(Utf8JsonWriter json, VerifiedFile file)
    {
        var report = file.Report;
        json.WriteString("verdict", report.IsWhole ? "whole" : "damaged");
        json.WriteString("format", FormatNames.Of[report.Format].Word);
        json.WriteNumber("bytes", report.Length);
        json.WriteNumber("unchecked_bytes", report.UncheckedBytes);
        json.WriteNumber("checkpoints", report.CheckpointCount);
        json.WriteNumber("tensors", report.TensorCount);
        json.WriteNumber("storages", report.StorageCount);
        json.WriteStartArray("faults");
        foreach (var fault in report.Faults)
        {
            json.WriteStartObject();
            json.WriteString("problem", CommandWords.Of(fault.Problem));
            json.WriteString("record", fault.Record);
            WriteOffset(json, fault.Offset);
            json.WriteStartArray("tensors");
            foreach (var tensor in fault.Tensors)
            {
                json.WriteStringValue(tensor);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (file.Values is null)
        {
            return;
        }

        json.WriteStartArray("values");
        foreach (var odd in file.Values)
        {
            json.WriteStartObject();
            json.WriteString("path", odd.Path);
            json.WriteNumber("nan", odd.NaN);
            json.WriteNumber("infinite", odd.Infinite);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void WriteOffset(Utf8JsonWriter json, long? offset)
    {
        if (offset is { } at)
        {
            json.WriteNumber("offset", at);
        }
        else
        {
            json.WriteNull("offset");
        }
    }
}
