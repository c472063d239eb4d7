using System.Text.RegularExpressions;

namespace Torchkeep.Cli.Tests;

/// <summary>The examples of docs/cli.md are what the command writes. TORCHKEEP_UPDATE_GOLDENS=1 writes them anew.</summary>
public sealed partial class DocumentationTests : IDisposable
{
    private static readonly string _page = Path.Combine(CommandLine.RepositoryRoot, "docs", "cli.md");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheExamplesAreWhatTheCommandWrites()
    {
        var files = new Dictionary<string, string>
        {
            ["model.pt"] = _folder.Save(Samples.Training()),
            ["net.pt"] = _folder.Save(WholeModel.Net(), "net.pt"),
            ["evil.pt"] = Samples.Evil(_folder),
            ["damaged.pt"] = Samples.Damaged(_folder),
        };
        var text = File.ReadAllText(_page).ReplaceLineEndings("\n");

        var actual = Example().Replace(text, example =>
        {
            var command = example.Groups["command"].Value;
            var outcome = CommandLine.Run([.. command.Split(' ').Select(word => files.GetValueOrDefault(word, word))]);
            Assert.Equal(command.Contains("evil", StringComparison.Ordinal) || command.Contains("damaged", StringComparison.Ordinal) ? 1 : 0, outcome.ExitCode);
            var output = files.Aggregate(outcome.Output, (written, file) => written.Replace(file.Value, file.Key, StringComparison.Ordinal));
            return example.Groups["start"].Value + (command.StartsWith("inspect", StringComparison.Ordinal) && output.StartsWith('{') ? Indent(output) : output) + "```\n";
        });
        if (Environment.GetEnvironmentVariable("TORCHKEEP_UPDATE_GOLDENS") == "1")
        {
            File.WriteAllText(_page, actual);
        }

        Assert.Equal(7, Example().Count(text));
        Assert.Equal(actual, File.ReadAllText(_page).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(ExitCodes.Fine)]
    [InlineData(ExitCodes.Found)]
    [InlineData(ExitCodes.Unreadable)]
    [InlineData(ExitCodes.Usage)]
    public void EveryExitCodeIsOnThePage(int code) => Assert.Contains($"\n| {code} |", File.ReadAllText(_page), StringComparison.Ordinal);

    // A line for each tensor and leaf; most leaves are left out.
    private static string Indent(string json)
    {
        const int ShownLeaves = 4;
        var lines = json.Replace("[{", "[\n  {", StringComparison.Ordinal).Replace("},{", "},\n  {", StringComparison.Ordinal).Replace("}],", "}\n],\n", StringComparison.Ordinal).Replace(",\"tensors\"", ",\n\"tensors\"", StringComparison.Ordinal).Split('\n');
        var leaves = Array.FindIndex(lines, line => line.StartsWith("\"leaves\"", StringComparison.Ordinal));
        return string.Join('\n', lines[..(leaves + 1 + ShownLeaves)]) + "\n  ...\n]}\n";
    }

    [Fact]
    public void EveryRuleOfScanIsInTheTable()
    {
        var page = File.ReadAllText(_page);
        Assert.All(ScanRule.All, rule => Assert.Contains($"| `{rule.Id}` | {rule.Level} | {rule.Description} |\n", page, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"(?<start><!-- (?<command>(inspect|verify|scan|scaffold) [^\n]*) -->\n```[a-z]*\n)(?<output>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Example();
}
