using System.Text.Json;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>The corpus' zip files that PyTorch reads.</summary>
internal static class Corpus
{
    private const string Absent = "(no corpus)";

    internal static IReadOnlyList<string> ZipFiles { get; } = List();

    internal static string Find(string file)
    {
        Assert.SkipWhen(file == Absent, $"there is no corpus at {Repository.Corpus}; TORCHKEEP_CORPUS names it");
        return Path.Combine(Repository.Corpus, "files", file);
    }

    private static List<string> List()
    {
        var manifest = Path.Combine(Repository.Corpus, "manifest.json");
        if (!File.Exists(manifest))
        {
            return [Absent];
        }

        using var files = JsonDocument.Parse(File.ReadAllText(manifest));
        return
        [
            .. from file in files.RootElement.EnumerateArray()
               where file.GetProperty("kind").GetString() == "zip" && file.GetProperty("pytorch_2_14_weights_only").GetString() == "loads"
               select file.GetProperty("file").GetString()!,
        ];
    }
}
