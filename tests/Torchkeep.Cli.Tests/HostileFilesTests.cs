using System.Globalization;
using System.Text.Json;

namespace Torchkeep.Cli.Tests;

/// <summary>
/// Files that are made to mislead or to cost much, each with what is expected of the command. They lie beside the
/// repository, or where TORCHKEEP_HOSTILE says.
/// </summary>
public sealed class HostileFilesTests
{
    // Megabytes: what the runtime itself takes is about 40.
    private const long MaxMemory = 300L << 20;

    // To save three million empty lists takes a memo of three million entries.
    private const long MaxMemoryToConvert = 512L << 20;

    private static readonly string _folder = Environment.GetEnvironmentVariable("TORCHKEEP_HOSTILE")
        ?? Path.Combine(CommandLine.RepositoryRoot, "..", "shared", "hostile");

    /// <summary>The rows: file, verb, what is expected.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string>> Rows()
    {
        var manifest = Path.Combine(_folder, "manifest.json");
        if (!File.Exists(manifest))
        {
            return [new TheoryDataRow<string, string, string>("", "", "") { Skip = $"there are no hostile files at {_folder}" }];
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(manifest));
        return [.. json.RootElement.EnumerateArray().Select(row =>
            new TheoryDataRow<string, string, string>(row.GetProperty("file").GetString()!, row.GetProperty("command").GetString()!, row.GetProperty("expected").GetString()!))];
    }

    [Theory, MemberData(nameof(Rows))]
    public void EachFileGetsTheAnswerThatIsExpected(string file, string verb, string expected)
    {
        var outcome = Run(verb, file);
        if (expected.Contains("exit 1", StringComparison.Ordinal))
        {
            Assert.Equal(1, outcome.ExitCode);
        }

        if (expected.Contains("names os.system", StringComparison.Ordinal))
        {
            Assert.Contains("system", outcome.Output, StringComparison.Ordinal);
        }

        if (expected.Contains("polyglot", StringComparison.Ordinal))
        {
            Assert.Contains("polyglot", outcome.Output, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Rows))]
    public void NoVerbEndsInAnotherWayThanDocumented(string file, string verb, string expected)
    {
        _ = (verb, expected);
        using var folder = new TemporaryFolder();
        string[][] runs =
        [
            ["inspect"], ["inspect", "--json"], ["inspect", "--hash"], ["inspect", "--modules"], ["verify"], ["verify", "--json"], ["scaffold"],
            ["convert", Path.Combine(folder.Path, "out.pt")], ["convert", Path.Combine(folder.Path, "out.safetensors")],
        ];
        foreach (var run in runs)
        {
            Run(run[0], file, run[1..]);
        }
    }

    private static Outcome Run(string verb, string file, params string[] more)
    {
        using var process = CommandLine.Start([verb, Path.Combine(_folder, "files", file), .. more]);
        var error = process.StandardError.ReadToEndAsync();
        var peak = 0L;
        var output = process.StandardOutput.ReadToEndAsync();
        while (!process.WaitForExit(20))
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // It has just ended.
            }
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{verb} {string.Join(' ', more)} {file}: exit code {process.ExitCode}, {peak >> 20} MiB: {error.Result}");
        Assert.True(process.ExitCode is 0 or 1 or 2, name);
        Assert.DoesNotContain("   at ", error.Result, StringComparison.Ordinal);
        Assert.True(peak < (verb == "convert" ? MaxMemoryToConvert : MaxMemory), name);
        return new(process.ExitCode, output.Result, error.Result);
    }
}
