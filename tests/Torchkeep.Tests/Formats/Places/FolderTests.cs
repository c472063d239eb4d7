using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Formats.Places;

/// <summary>
/// Folders that transformers, its Trainer, accelerate, Lightning, diffusers and PEFT leave (tests/fixtures/folders.py), and
/// folders of empty or small files under their names.
/// </summary>
public sealed class FolderTests : IDisposable
{
    private static readonly string _fixtures = Path.Combine(Repository.Root, "tests", "fixtures", "folders");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pretrained", "model.safetensors")]
    [InlineData("pretrained-sharded", "model.safetensors.index.json")]
    [InlineData("pretrained-variant", "model.fp16.safetensors")]
    [InlineData("pretrained-variant-sharded", "model.safetensors.index.fp16.json")]
    [InlineData("pretrained-bin", "pytorch_model.bin")]
    [InlineData("pretrained-bin-sharded", "pytorch_model.bin.index.json")]
    [InlineData("trainer", "checkpoint-2/model.safetensors")]
    [InlineData("trainer/checkpoint-2", "model.safetensors")]
    [InlineData("trainer-with-weights", "model.safetensors")]
    [InlineData("accelerate", "model.safetensors")]
    [InlineData("diffusers/unet", "diffusion_pytorch_model.safetensors")]
    public async Task TheWeightsOfAFolderAreOpened(string name, string weights)
    {
        var folder = Path.Combine(_fixtures, name);

        using var checkpoint = Checkpoint.Open(folder);
        using var mapped = Checkpoint.Open(folder, new ReadOptions { MemoryMap = true });
        using var waited = await Checkpoint.OpenAsync(folder, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(weights, ModelFolder.Read(folder).Weights!.Name);
        Assert.Equal(Path.GetFullPath(Path.Combine(folder, weights)), Path.GetFullPath(checkpoint.File!));
        foreach (var opened in new[] { checkpoint, mapped, waited })
        {
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], opened.FindTensor("fc1.weight").ToArray<float>().Order());
            Assert.Equal(4, opened.Tensors.Count);
        }

        Assert.True(CheckpointVerifier.Verify(folder, cancellationToken: TestContext.Current.CancellationToken).IsWhole);
    }

    [Theory]
    [InlineData("lightning")]
    [InlineData("lightning/lightning_logs")]
    [InlineData("lightning/lightning_logs/version_0")]
    [InlineData("lightning/lightning_logs/version_0/checkpoints")]
    public void LightningsLastCheckpointIsOpened(string name)
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(_fixtures, name));

        Assert.Equal(4, checkpoint["global_step"].AsInt64());
        Assert.Equal("last.ckpt", Path.GetFileName(checkpoint.File));
    }

    [Fact]
    public void ThePartsOfATrainersCheckpointAreNamed()
    {
        var folder = ModelFolder.Read(Path.Combine(_fixtures, "trainer", "checkpoint-2"));

        Assert.Equal(
            [
                ("model.safetensors", FolderRole.Weights, true), ("optimizer.pt", FolderRole.Optimizer, true), ("scheduler.pt", FolderRole.Scheduler, true),
                ("rng_state.pth", FolderRole.RandomState, true), ("training_args.bin", FolderRole.Arguments, true), ("trainer_state.json", FolderRole.TrainerState, false),
                ("config.json", FolderRole.Settings, false),
            ],
            folder.Parts.Select(part => (part.Name, part.Role, part.IsCheckpoint)));
        Assert.All(folder.Parts, part => Assert.Equal(new FileInfo(part.Path).Length, part.Length));
        Assert.All(folder.Parts.Where(part => part.IsCheckpoint), part => Checkpoint.Open(part.Path).Dispose());
        Assert.Equal("scheduler.pt", folder.Find(FolderRole.Scheduler)!.Name);
        Assert.Null(folder.Find(FolderRole.Sampler));
    }

    [Fact]
    public void ThePartsOfAcceleratesStateAreNamed()
    {
        var folder = ModelFolder.Read(Path.Combine(_fixtures, "accelerate-two"));

        Assert.Null(folder.Weights);
        Assert.Contains("the weights of several models: give one of ", folder.Problem, StringComparison.Ordinal);
        Assert.Equal(
            [
                "model.safetensors", "model_1.safetensors", "optimizer.bin", "optimizer_1.bin", "scheduler.bin", "scheduler_1.bin", "random_states_0.pkl",
                "custom_checkpoint_0.pkl",
            ],
            folder.Parts.Select(part => part.Name));
        using var custom = Checkpoint.Open(folder.Find(FolderRole.Custom)!.Path);
        Assert.Equal(3, custom["count"].AsInt64());
    }

    [Fact]
    public void WhatWasPassedThroughIsListedToo() => Assert.Equal(
        [
            "lightning_logs/version_0/checkpoints/last.ckpt", "lightning_logs/version_0/checkpoints/epoch=0-step=2.ckpt", "lightning_logs/version_0/hparams.yaml",
            "lightning_logs/version_0/metrics.csv",
        ],
        ModelFolder.Read(Path.Combine(_fixtures, "lightning")).Parts.Select(part => part.Name));

    [Fact]
    public void AFileInAFolderIsNamedBehindAMark()
    {
        using var optimizer = Checkpoint.Open(Path.Combine(_fixtures, "trainer!checkpoint-2/optimizer.pt"));
        Assert.True(optimizer.Root.TryGet("param_groups", out _));
        Assert.True(CheckpointScanner.Scan(Path.Combine(_fixtures, "accelerate!scheduler.bin"), cancellationToken: TestContext.Current.CancellationToken).IsClean);

        using var folder = Checkpoint.Open(Path.Combine(_fixtures, "trainer!checkpoint-2"));
        Assert.Equal(4, folder.Tensors.Count);
        Assert.Throws<FileNotFoundException>(() => Checkpoint.Open(Path.Combine(_fixtures, "trainer!none.pt")));
    }

    [Theory]
    [InlineData("../secret.pt")]
    [InlineData("a/../../secret.pt")]
    [InlineData("/etc/hostname")]
    [InlineData("..")]
    [InlineData("")]
    public void NothingBehindAMarkLeadsOut(string name)
    {
        Directory.CreateDirectory(_folder["run/a"]);
        File.WriteAllText(_folder["secret.pt"], "");

        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open($"{_folder["run"]}!{name}"));
    }

    [Theory]
    [InlineData("model.safetensors", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "model.fp16.safetensors")]
    [InlineData("model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "model.safetensors.index.json")]
    [InlineData("pytorch_model.bin", "pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model.fp16.bin", "model.fp16.safetensors")]
    [InlineData("model.fp16.safetensors", "pytorch_model.fp16.bin", "model.fp16.safetensors", "model.safetensors.index.fp16.json")]
    [InlineData("pytorch_model.bin.index.bf16.json", "pytorch_model.bin.index.bf16.json", "pytorch_model.bf16-00001-of-00002.bin")]
    [InlineData("diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.fp16.bin", "config.json")]
    [InlineData("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.non_ema.safetensors", "diffusion_pytorch_model.safetensors")]
    [InlineData("diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.safetensors")]
    [InlineData("diffusion_pytorch_model.fp16.safetensors.index.json", "diffusion_pytorch_model.fp16.safetensors.index.json")]
    [InlineData("adapter_model.safetensors", "adapter_model.safetensors", "adapter_model.bin", "adapter_config.json", "README.md")]
    [InlineData("adapter_model.bin", "adapter_model.bin")]
    [InlineData("pytorch_lora_weights.safetensors", "pytorch_lora_weights.safetensors")]
    [InlineData("pytorch_model_fsdp.bin", "pytorch_model_fsdp.bin", "optimizer.bin")]
    [InlineData("model.safetensors", "model.safetensors", "sd-v1-5.ckpt")]
    [InlineData("epoch=9.ckpt", "epoch=9.ckpt", "notes.txt")]
    [InlineData("model.safetensors", "model.safetensors", "optimizer.bin", "sampler.bin", "sampler_1.bin", "dl_state_dict.bin", "scaler.pt", "rng_state_0.pth")]
    public void TheOrderIsThatOfTheLibrary(string expected, params string[] names)
    {
        Create(names);

        var folder = ModelFolder.Read(_folder.Path);

        Assert.Equal(expected, folder.Weights?.Name);
        Assert.Null(folder.Problem);
    }

    [Theory]
    [InlineData("several models", "model.safetensors", "model_1.safetensors")]
    [InlineData("several models", "model.safetensors", "adapter_model.safetensors")]
    [InlineData("several models", "pytorch_model.bin", "pytorch_model_1.bin", "optimizer.bin")]
    [InlineData("several variants", "model.fp16.safetensors", "model.bf16.safetensors")]
    [InlineData("several checkpoints", "epoch=1.ckpt", "epoch=2.ckpt")]
    [InlineData("several checkpoints", "last.ckpt", "last-v1.ckpt")]
    [InlineData("whose name ends with .index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")]
    [InlineData("folders have some: give one of ", "checkpoint-9/model.safetensors", "checkpoint-10/model.safetensors")]
    [InlineData("folders have some: give one of ", "version_0/checkpoints/last.ckpt", "version_1/checkpoints/last.ckpt")]
    [InlineData("folders have some: give one of ", "unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors", "model_index.json")]
    [InlineData("folders have some: give one of ", "0_Transformer/pytorch_model.bin", "modules.json")]
    [InlineData("with 'optimizer_0', 'pytorch_model_fsdp_0' of torch.distributed.checkpoint", "pytorch_model_fsdp_0/.metadata", "optimizer_0/.metadata", "random_states_0.pkl")]
    [InlineData("dcp_to_torch_save", ".metadata", "__0_0.distcp")]
    [InlineData("zero_to_fp32.py", "zero_to_fp32.py", "latest", "global_step2/mp_rank_00_model_states.pt")]
    [InlineData("from_tf=True", "tf_model.h5", "config.json")]
    [InlineData("from_flax=True", "flax_model.msgpack")]
    [InlineData("with TensorFlow", "saved_model.pb")]
    [InlineData("give one of ", "best.pt", "last.pt")]
    [InlineData("without weights, with 'optimizer.pt', 'trainer_state.json'", "optimizer.pt", "trainer_state.json")]
    [InlineData("hidden files alone", ".hidden")]
    [InlineData("that is empty")]
    public void WhatCannotBeChosenSaysWhatToGive(string expected, params string[] names)
    {
        Create(names);

        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder.Path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("it is a directory", error.Message, StringComparison.Ordinal);
        Assert.Equal(_folder.Path, error.File);
        Assert.Null(ModelFolder.Read(_folder.Path).Weights);
        if (expected.EndsWith("give one of ", StringComparison.Ordinal))
        {
            Assert.All(names.Where(name => !name.EndsWith(".json", StringComparison.Ordinal)), name => Assert.Contains($"'{_folder[name.Split('/')[0]]}'", error.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void NumbersAreInTheirOrder()
    {
        Create("checkpoint-9/model.safetensors", "checkpoint-10/model.safetensors", "checkpoint-100/model.safetensors");

        Assert.Equal(["checkpoint-9", "checkpoint-10", "checkpoint-100"], ModelFolder.Read(_folder.Path).Parts.Select(part => part.Name));
    }

    [Fact]
    public void TheCacheOfHuggingFaceIsFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making a symbolic link needs a privilege there");
        const string Old = "0123456789012345678901234567890123456789";
        const string Main = "9876543210987654321098765432109876543210";
        foreach (var commit in new[] { Old, Main })
        {
            Create($"hub/snapshots/{commit}/README.md", $"hub/.no_exist/{commit}/model.safetensors");
        }

        // As huggingface_hub lays it out: files are links to blobs, whose names are their hashes.
        Create("hub/blobs/none", "hub/refs/main");
        File.WriteAllText(_folder["hub/refs/main"], Main);
        foreach (var (number, file) in Directory.GetFiles(Path.Combine(_fixtures, "pretrained-sharded")).Index())
        {
            File.Copy(file, _folder[$"hub/blobs/{number:x40}"]);
            File.CreateSymbolicLink(_folder[$"hub/snapshots/{Main}/{Path.GetFileName(file)}"], $"../../blobs/{number:x40}");
        }

        using var checkpoint = Checkpoint.Open(_folder["hub"]);
        var folder = ModelFolder.Read(_folder["hub"]);

        Assert.Equal(4, checkpoint.Tensors.Count);
        Assert.Equal(12, checkpoint.FindTensor("fc1.weight").ToArray<float>().Length);
        Assert.Equal($"snapshots/{Main}/model.safetensors.index.json", folder.Weights!.Name);
        Assert.Equal(new FileInfo(Path.Combine(_fixtures, "pretrained-sharded", "model.safetensors.index.json")).Length, folder.Weights.Length);
        Assert.Equal(428, checkpoint.ShardBytes);

        // Without the branch it is not known which of the two is meant.
        File.Delete(_folder["hub/refs/main"]);
        Assert.Contains(Old, ModelFolder.Read(_folder["hub"]).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ABranchLeadsNowhereElse()
    {
        Create("hub/snapshots/a/model.safetensors", "hub/snapshots/b/model.safetensors", "hub/refs/main", "other/model.safetensors");
        File.WriteAllText(_folder["hub/refs/main"], "../../../other");

        Assert.Null(ModelFolder.Read(_folder["hub"]).Weights);
    }

    [Fact]
    public void ALinkThatLeadsNowhereIsToldSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making a symbolic link needs a privilege there");
        File.CreateSymbolicLink(_folder["model.safetensors"], "blobs/none");

        Assert.Contains("'model.safetensors' is a link to a file that is not there", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersThatLeadToOneAnotherEnd()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making a symbolic link needs a privilege there");
        Directory.CreateSymbolicLink(_folder["checkpoints"], ".");

        Assert.Null(ModelFolder.Read(_folder.Path).Weights);
    }

    [Fact]
    public void AFolderIsNotScannedByItsWeightsAlone() => Assert.Contains(
        "scan each of them",
        Assert.Throws<InvalidCheckpointException>(() => CheckpointScanner.Scan(Path.Combine(_fixtures, "accelerate"), cancellationToken: TestContext.Current.CancellationToken)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void AFolderThatIsNotThereIsMissing() => Assert.Throws<DirectoryNotFoundException>(() => ModelFolder.Read(_folder["none"]));

    [Theory]
    [InlineData("pretrained-sharded", "model-00001-of-00002.safetensors", 1, "model.safetensors.index.json")]
    [InlineData("pretrained-variant-sharded", "model.fp16-00002-of-00002.safetensors", 2, "model.safetensors.index.fp16.json")]
    [InlineData("pretrained-bin-sharded", "pytorch_model-00002-of-00002.bin", 2, "pytorch_model.bin.index.json")]
    public void AShardSaysOfWhatItIsAPart(string folder, string file, int number, string index)
    {
        folder = Path.Combine(_fixtures, folder);
        using var shard = Checkpoint.Open(Path.Combine(folder, file));
        using var whole = Checkpoint.Open(folder);

        Assert.Equal(new CheckpointShard(number, 2, Path.Combine(folder, index)), shard.Shard);
        Assert.Equal($"shard {number} of 2; '{index}' beside it opens all", shard.Shard!.ToString());
        Assert.Null(whole.Shard);
        Assert.Equal(0, shard.ShardBytes);
        Assert.Equal(whole.ShardFiles.Sum(path => new FileInfo(path).Length), whole.ShardBytes);
    }

    [Fact]
    public void AShardWithoutItsIndexSaysSo()
    {
        File.Copy(Path.Combine(_fixtures, "pretrained-sharded", "model-00001-of-00002.safetensors"), _folder["diffusion_pytorch_model-00001-of-00002.fp16.safetensors"]);

        using (var alone = Checkpoint.Open(_folder["diffusion_pytorch_model-00001-of-00002.fp16.safetensors"]))
        {
            Assert.Equal("shard 1 of 2; the index of all is not beside it", alone.Shard!.ToString());
        }

        Create("diffusion_pytorch_model.safetensors.index.fp16.json");
        using var beside = Checkpoint.Open(_folder["diffusion_pytorch_model-00001-of-00002.fp16.safetensors"]);
        Assert.Equal(_folder["diffusion_pytorch_model.safetensors.index.fp16.json"], beside.Shard!.Index);
    }

    private void Create(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            File.WriteAllText(_folder[name], "");
        }
    }
}
