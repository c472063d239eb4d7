using System.Text.Json;

namespace Torchkeep.Cli.Tests.Commands;

/// <summary>Folders in place of files; tests/fixtures/folders.py makes them.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("trainer", "folder-trainer.txt")]
    [InlineData("lightning", "folder-lightning.txt")]
    [InlineData("pretrained-variant-sharded", "folder-sharded.txt")]
    [InlineData("pretrained-sharded/model-00002-of-00002.safetensors", "folder-shard.txt")]
    [InlineData("trainer!checkpoint-2/scheduler.pt", "folder-part.txt")]
    public void InspectShowsTheWeightsAndNamesTheRest(string name, string golden)
    {
        var outcome = CommandLine.Run("inspect", Fixture(name));

        Assert.Equal(0, outcome.ExitCode);
        Golden.Check(golden, outcome.Output.Replace(Fixture("") + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void TheJsonHasTheParts()
    {
        using var json = JsonDocument.Parse(CommandLine.Run("inspect", "--json", Fixture("accelerate")).Output);

        var folder = json.RootElement.GetProperty("folder");
        Assert.Equal("model.safetensors", folder.GetProperty("weights").GetString());
        Assert.Equal(
            ["model.safetensors weights 388", "optimizer.bin optimizer 1593", "scheduler.bin scheduler 1465", "random_states_0.pkl random state 14497", "custom_checkpoint_0.pkl custom object 1333"],
            folder.GetProperty("parts").EnumerateArray().Select(part => $"{part.GetProperty("name")} {part.GetProperty("role")} {part.GetProperty("bytes")}"));
    }

    [Fact]
    public void TheJsonOfAShardSaysOfWhatItIsAPart()
    {
        using var json = JsonDocument.Parse(CommandLine.Run("inspect", "--json", Fixture("pretrained-bin-sharded/pytorch_model-00001-of-00002.bin")).Output);

        Assert.Equal("""{"number":1,"count":2,"index":"pytorch_model.bin.index.json"}""", json.RootElement.GetProperty("shard").GetRawText());
        Assert.False(json.RootElement.TryGetProperty("folder", out _));
    }

    [Fact]
    public void ModulesAreShownOfAFolder() =>
        Assert.Contains("'pytorch_model.bin' of a folder, beside it 1 more", CommandLine.Run("inspect", "--modules", Fixture("pretrained-bin")).Output, StringComparison.Ordinal);

    [Fact]
    public void VerifyReadsAllCheckpointsOfAFolder()
    {
        var outcome = CommandLine.Run("verify", Fixture("accelerate-two"), Fixture("pretrained-sharded"));

        Assert.Equal(0, outcome.ExitCode);
        Golden.Check("folder-verify.txt", outcome.Output.Replace(Fixture("") + "/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void VerifyFindsWhatIsDamagedBesideTheWeights()
    {
        foreach (var file in Directory.GetFiles(Fixture("accelerate")))
        {
            File.Copy(file, Path.Combine(_folder.Path, Path.GetFileName(file)));
        }

        var optimizer = Path.Combine(_folder.Path, "optimizer.bin");
        var bytes = File.ReadAllBytes(optimizer);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(optimizer, bytes);

        var outcome = CommandLine.Run("verify", _folder.Path);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains($"{optimizer}: ", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderIsConverted()
    {
        var output = Path.Combine(_folder.Path, "model.pth");

        var outcome = CommandLine.Run("convert", Fixture("pretrained-sharded"), output);

        Assert.Equal(0, outcome.ExitCode);
        using var checkpoint = Checkpoint.Open(output);
        Assert.Equal(["fc1.bias", "fc1.weight", "fc2.bias", "fc2.weight"], checkpoint.Tensors.Select(tensor => tensor.Name));
    }

    [Theory]
    [InlineData("accelerate-two", "several models")]
    [InlineData("diffusers", "whose folders have some")]
    [InlineData("accelerate!../pretrained/model.safetensors", "without '..'")]
    public void WhatIsNotClearIsTwo(string name, string expected)
    {
        var outcome = CommandLine.Run("inspect", Fixture(name));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    private static string Fixture(string name) => Path.Combine(CommandLine.RepositoryRoot, "tests", "fixtures", "folders", name);
}
