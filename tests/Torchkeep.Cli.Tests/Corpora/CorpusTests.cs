using System.Text.Json;

namespace Torchkeep.Cli.Tests.Corpora;

/// <summary>
/// Real checkpoints of all ages, each with what PyTorch itself (or an independent reader) says is in it. They lie beside
/// the repository, or where TORCHKEEP_CORPUS says. What the command writes of every file is compared with its truth:
/// every tensor in full, every other value, and which tensors share memory.
/// </summary>
public sealed class CorpusTests(ITestOutputHelper log)
{
    private const int MostOfAFile = 8;

    private static readonly string _corpus = Environment.GetEnvironmentVariable("TORCHKEEP_CORPUS")
        ?? Path.Combine(CommandLine.RepositoryRoot, "..", "shared", "corpus");

    // What follows the name of the first corpus in that of the second, and a kind of file.
    public static TheoryData<string, string> Kinds => new()
    {
        { "", "zip" },
        { "", "legacy stream" },
        { "", "torchscript" },
        { "", "safetensors" },
        { "-2", "zip" },
        { "-2", "legacy stream" },
        { "-2", "tar" },
        { "-2", "plain pickle" },
        { "-2", "torchscript" },
        { "-2", "safetensors" },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void EveryFileHoldsWhatItsTruthSays(string corpus, string kind)
    {
        var folder = _corpus + corpus;
        Assert.SkipUnless(Directory.Exists(folder), $"there is no corpus at {folder}; TORCHKEEP_CORPUS can name one");
        var disagreements = new List<string>();
        var (files, tensors, leaves) = (0, 0, 0);
        foreach (var file in Read(Path.Combine(folder, "manifest.json")).EnumerateArray().Where(file => Field(file, "kind") == kind))
        {
            var id = Field(file, "id");
            var truth = new CorpusTruth(Read(Path.Combine(folder, "truth", $"{id}.json")), Field(file, "truth"));
            var outcome = CommandLine.Run("inspect", Path.Combine(folder, "files", Field(file, "file")), "--json", "--hash");
            files++;
            tensors += truth.Tensors.Count;
            leaves += truth.Leaves.Count;
            disagreements.AddRange(outcome.ExitCode == 0
                ? CorpusComparison.Compare(truth, kind, outcome.Json).Take(MostOfAFile).Select(disagreement => $"{id}: {disagreement}")
                : [$"{id}: {outcome.Error.Trim()}"]);
        }

        log.WriteLine($"{files} files, {tensors} tensors and {leaves} other values compared, {disagreements.Count} disagreements");
        Assert.True(disagreements.Count == 0, string.Join('\n', disagreements));
        Assert.NotEqual(0, files);
    }

    private static JsonElement Read(string path)
    {
        using var stream = File.OpenRead(path);
        return JsonDocument.Parse(stream).RootElement;
    }

    private static string Field(JsonElement item, string name) => item.GetProperty(name).GetString()!;
}
