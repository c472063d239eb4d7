using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Modules;

/// <summary>Models that are loaded by the path of a folder; tests/fixtures/folders.py makes the folders.</summary>
public sealed class FolderLoadTests
{
    [Theory]
    [InlineData("pretrained")]
    [InlineData("pretrained-sharded")]
    [InlineData("pretrained-variant-sharded")]
    [InlineData("pretrained-bin")]
    [InlineData("pretrained-bin-sharded")]
    [InlineData("trainer")]
    [InlineData("accelerate")]
    [InlineData("diffusers/vae")]
    [InlineData("lightning")]
    [InlineData("lightning/lightning_logs/version_0/checkpoints")]
    public async Task AFolderIsLoaded(string name)
    {
        var folder = Repository.Folder(name);
        using Sequential strict = Tiny(), warm = Tiny(), waited = Tiny(), assigned = Tiny();

        strict.load_state_dict(folder);
        var report = warm.warm_start(folder);
        await waited.load_state_dict_async(folder, cancellationToken: TestContext.Current.CancellationToken);
        assigned.load_state_dict(folder, assign: true);

        Assert.Equal(4, report.applied.Count);
        foreach (var model in new[] { strict, warm, waited, assigned })
        {
            var elements = model.state_dict(keep_vars: false).Values.SelectMany(tensor => tensor.data<float>().ToArray());
            Assert.Equal(Enumerable.Range(0, 23).Select(number => (float)number), elements.Order());
        }
    }

    [Fact]
    public void TheOtherPartsAreReached()
    {
        using var optimizer = torch.load(Repository.Folder("trainer!checkpoint-2/optimizer.pt"), weights_only: true);
        using var trainer = torch.load(Repository.Folder("trainer"), weights_only: true);
        using var custom = torch.load(ModelFolder.Read(Repository.Folder("accelerate")).Find(FolderRole.Custom)!.Path, weights_only: true);

        Assert.Equal(4, optimizer["state"].keys().Count);
        Assert.Equal(4, trainer.keys().Count);
        Assert.Equal(3, (int)custom["count"]);
    }

    [Fact]
    public void AnOptimizerOfTheFolderGoesOn()
    {
        using var model = Tiny();
        var folder = Repository.Folder("accelerate");
        model.load_state_dict(folder);
        using var optimizer = torch.optim.Adam(model.parameters(), lr: 0.1);
        using var state = torch.load($"{folder}!optimizer.bin", weights_only: true);

        optimizer.load_state_dict(state);

        Assert.Equal(0.5, optimizer.ParamGroups.Single().LearningRate);
    }

    [Fact]
    public void AShardAloneSaysWhatToLoad()
    {
        using var model = Tiny();
        var folder = Repository.Folder("pretrained-sharded");

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(Path.Combine(folder, "model-00001-of-00002.safetensors")));

        Assert.Contains($"The file is shard 1 of 2 of a checkpoint: load '{Path.Combine(folder, "model.safetensors.index.json")}'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["fc2.weight", "fc2.bias"], error.Keys.missing_keys);
    }

    [Fact]
    public void SeveralModelsAreNotChosenAmong()
    {
        using var model = Tiny();
        var folder = Repository.Folder("accelerate-two");

        var error = Assert.Throws<InvalidCheckpointException>(() => model.load_state_dict(folder));

        Assert.Contains(Path.Combine(folder, "model_1.safetensors"), error.Message, StringComparison.Ordinal);
    }

    private static Sequential Tiny() => Sequential(("fc1", Linear(4, 3)), ("fc2", Linear(3, 2)));
}
