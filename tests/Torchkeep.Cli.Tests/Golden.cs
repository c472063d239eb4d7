namespace Torchkeep.Cli.Tests;

/// <summary>Output that is kept in a file. TORCHKEEP_UPDATE_GOLDENS=1 writes it anew.</summary>
internal static class Golden
{
    internal static void Check(string name, string actual)
    {
        var path = Path.Combine(CommandLine.RepositoryRoot, "tests", "Torchkeep.Cli.Tests", "Goldens", name);
        if (Environment.GetEnvironmentVariable("TORCHKEEP_UPDATE_GOLDENS") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual.ReplaceLineEndings("\n"));
    }
}
