using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Scanning;

/// <summary>One run of probes.py, whose files are scanned as they come.</summary>
internal sealed class ProbeRun
{
    private const string Probe = "zzz_probe";
    private const int MaxKept = 500;

    private readonly SortedDictionary<string, (int Called, int Missed)> _forms = new(StringComparer.Ordinal);

    /// <summary>How many files were made.</summary>
    internal int Made { get; private set; }

    /// <summary>How many of them called the probe.</summary>
    internal int Called { get; private set; }

    /// <summary>The readers that a file took away, or that took too long.</summary>
    internal int Killed { get; private set; }

    /// <summary>What called the probe and was not told, and why not.</summary>
    internal List<string> Missed { get; } = [];

    /// <summary>Runs it; files that are missed are kept in a folder.</summary>
    internal static ProbeRun Of(Interpreter interpreter, int count, string seed, string kind, string folder)
    {
        var script = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "Scanning", "probes.py"));
        var start = new ProcessStartInfo(interpreter.Command, ["-c", script, count.ToString(CultureInfo.InvariantCulture), seed, kind])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["PYTHONHASHSEED"] = "0";
        using var process = Process.Start(start)!;
        var run = new ProbeRun();
        run.Read(new BufferedStream(process.StandardOutput.BaseStream, 1 << 16), seed, folder);
        process.WaitForExit();
        return run;
    }

    /// <summary>What it came to, form by form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Made} files, {Called} called the probe, {Missed.Count} of them missed, {Killed} readers killed");
        foreach (var (form, (called, missed)) in _forms.OrderByDescending(row => row.Value.Missed))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {form}: {missed} of {called} missed");
        }

        return text.AppendJoin('\n', Missed.Take(20)).ToString();
    }

    private void Read(Stream stream, string seed, string folder)
    {
        while (true)
        {
            var line = JsonDocument.Parse(ReadLine(stream)).RootElement;
            if (line.TryGetProperty("count", out var count))
            {
                (Made, Killed) = (count.GetInt32(), line.GetProperty("killed").GetInt32());
                return;
            }

            var file = new byte[line.GetProperty("length").GetInt32()];
            stream.ReadExactly(file);
            Look(line, file, seed, folder);
        }
    }

    private void Look(JsonElement line, byte[] file, string seed, string folder)
    {
        var form = line.GetProperty("form").GetString()!;
        var problem = ProblemOf(file);
        var (called, missed) = _forms.GetValueOrDefault(form);
        _forms[form] = (called + 1, missed + (problem is null ? 0 : 1));
        Called++;
        if (problem is null)
        {
            return;
        }

        var name = $"{seed}-{line.GetProperty("number").GetInt32()}";
        Missed.Add($"{name}: {form}, run by {string.Join(", ", line.GetProperty("readers").EnumerateArray())}: {problem}");
        if (Missed.Count <= MaxKept)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, name), file);
        }
    }

    private static string? ProblemOf(byte[] file)
    {
        try
        {
            using var source = new BytesByteSource(file);
            var report = CheckpointScanner.Scan(source);
            return report.IsClean ? "clean"
                : report.Findings.Any(finding => finding.Message.Contains(Probe, StringComparison.Ordinal)) ? null
                : $"not named: {string.Join("; ", report.Findings.Take(3).Select(finding => $"{finding.Rule.Id}: {finding.Message}"))}";
        }
        catch (CheckpointException error)
        {
            return error.Message;
        }
    }

    private static byte[] ReadLine(Stream stream)
    {
        var line = new List<byte>();
        for (var next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
        {
            line.Add(next >= 0 ? (byte)next : throw new EndOfStreamException("probes.py ended before its last line"));
        }

        return [.. line];
    }
}
