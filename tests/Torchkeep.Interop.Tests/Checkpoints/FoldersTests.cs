using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>
/// Folders that transformers and accelerate write and read themselves. They are in no root of eng/install-pytorch; where
/// the newest PyTorch's root has python3-transformers and python3-accelerate, these tests run.
/// </summary>
public sealed class FoldersTests
{
    private const string Tiny =
        """
        import logging, os
        from transformers import PretrainedConfig, PreTrainedModel
        from safetensors.torch import save_file
        logging.disable(logging.WARNING)

        class TinyConfig(PretrainedConfig):
            model_type = "tiny"

        class Tiny(PreTrainedModel):
            config_class = TinyConfig

            def __init__(self, config):
                super().__init__(config)
                self.fc = torch.nn.Linear(4, 3)
                self.other = torch.nn.Linear(3, 2)
                self.post_init()

        def made(value=0.5):
            model = Tiny(TinyConfig())
            with torch.no_grad():
                for tensor in model.parameters():
                    tensor.fill_(value)
            return model

        """;

    // Every file that transformers looks for, each with weights of its own.
    private static readonly string[] _files =
    [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "model.fp16.safetensors",
    ];

    [Theory]
    [InlineData("", "model.safetensors")]
    [InlineData("max_shard_size=64", "model.safetensors.index.json")]
    [InlineData("variant='fp16'", "model.fp16.safetensors")]
    [InlineData("variant='fp16', max_shard_size=64", "model.safetensors.index.fp16.json")]
    public void WhatSavePretrainedLeavesIsOpened(string arguments, string weights)
    {
        var judge = WithTransformers();
        using var folder = judge.NewFolder();
        judge.Run(folder[""], $"{Tiny}\nmade().save_pretrained(path{(arguments.Length == 0 ? "" : $", {arguments}")})\nlines = []");

        using var checkpoint = Checkpoint.Open(folder[""]);

        Assert.Equal(weights, ModelFolder.Read(folder[""]).Weights!.Name);
        Assert.Equal(["fc.bias", "fc.weight", "other.bias", "other.weight"], checkpoint.Tensors.Select(tensor => tensor.Name).Order());
        Assert.All(checkpoint.Tensors, tensor => Assert.All(tensor.View.ToArray<float>(), element => Assert.Equal(0.5f, element)));
    }

    [Fact]
    public void OfAllSetsOfFilesTheOneThatTransformersTakesIsOpened()
    {
        var judge = WithTransformers();
        using var folder = judge.NewFolder();
        var taken = judge.Run(
            folder[""],
            $$"""
            {{Tiny}}
            import json, itertools
            names = {{"[" + string.Join(", ", _files.Select(file => $"'{file}'")) + "]"}}
            lines = []
            for bits in range(1, 1 << len(names)):
                here = os.path.join(path, str(bits))
                os.makedirs(here)
                TinyConfig().save_pretrained(here)
                for place, name in enumerate(names):
                    if not bits >> place & 1:
                        continue
                    state = dict(made(float(place)).state_dict())
                    target = os.path.join(here, name)
                    if name.endswith(".json"):
                        shard = name.replace(".index.json", "").replace(".", "-00001-of-00001.")
                        (save_file if "safetensors" in shard else torch.save)(state, os.path.join(here, shard), **({"metadata": {"format": "pt"}} if "safetensors" in shard else {}))
                        with open(target, "w") as file:
                            json.dump({"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(state, shard)}, file)
                    elif name.endswith(".bin"):
                        torch.save(state, target)
                    else:
                        save_file(state, target, metadata={"format": "pt"})
                try:
                    lines.append(f"{bits} {Tiny.from_pretrained(here).fc.bias[0].item():.0f}")
                except OSError:
                    lines.append(f"{bits} {Tiny.from_pretrained(here, variant='fp16').fc.bias[0].item():.0f}")
            """);

        Assert.Equal((1 << _files.Length) - 1, taken.Count);
        Assert.Equal(
            taken,
            taken.Select(line => line.Split(' ')[0]).Select(bits =>
            {
                using var checkpoint = Checkpoint.Open(folder[bits]);
                return $"{bits} {checkpoint.FindTensor("fc.bias").ToArray<float>()[0]:0}";
            }));
    }

    [Theory]
    [InlineData("model.safetensors", CheckpointFormat.Safetensors, null)]
    [InlineData("model.safetensors", CheckpointFormat.Safetensors, 64L)]
    [InlineData("pytorch_model.bin", CheckpointFormat.TorchZip, null)]
    [InlineData("pytorch_model.bin", CheckpointFormat.TorchZip, 64L)]
    public void TransformersLoadsAFolderOfOurs(string name, CheckpointFormat format, long? size)
    {
        var judge = WithTransformers();
        using var folder = judge.NewFolder();
        var state = new PyDict(isOrdered: true);
        foreach (var (key, shape) in new (string, long[])[] { ("fc.weight", [3, 4]), ("fc.bias", [3]), ("other.weight", [2, 3]), ("other.bias", [2]) })
        {
            state.Add(key, TensorView.FromArray([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (left, right) => left * right)).Select(i => (float)i)], ElementType.Float32, shape));
        }

        var options = new WriteOptions { Format = format, MaxShardSize = size };
        if (format == CheckpointFormat.Safetensors)
        {
            options = options with { Metadata = new Dictionary<string, string> { ["format"] = "pt" } };
        }

        Checkpoint.Save(state, folder[name], options, cancellationToken: TestContext.Current.CancellationToken);

        var lines = judge.Run(
            folder[""],
            $$"""
            {{Tiny}}
            TinyConfig().save_pretrained(path)
            model, info = Tiny.from_pretrained(path, output_loading_info=True)
            lines = [str(model.fc.weight.flatten().tolist()), str(model.other.bias.tolist()), str(sorted(info["missing_keys"])), str(sorted(info["unexpected_keys"]))]
            """);

        Assert.Equal(["[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]", "[0.0, 1.0]", "[]", "[]"], lines);
    }

    [Fact]
    public void EveryPartOfAcceleratesStateIsOpened()
    {
        var judge = WithTransformers();
        using var folder = judge.NewFolder();
        var lines = judge.Run(
            folder[""],
            """
            import os
            from accelerate import Accelerator
            from accelerate.utils import DataLoaderConfiguration
            accelerator = Accelerator(cpu=True, dataloader_config=DataLoaderConfiguration(use_seedable_sampler=True))
            model = torch.nn.Linear(4, 3)
            optimizer = torch.optim.AdamW(model.parameters())
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
            loader = torch.utils.data.DataLoader(torch.arange(8), batch_size=2, shuffle=True)
            model, optimizer, scheduler, loader = accelerator.prepare(model, optimizer, scheduler, loader)
            accelerator.save_state(path)
            lines = sorted(os.listdir(path))
            """);

        var read = ModelFolder.Read(folder[""]);

        Assert.Equal(lines, read.Parts.Select(part => part.Name).Order(StringComparer.Ordinal));
        Assert.All(read.Parts, part => Assert.True(part.IsCheckpoint, part.Name));
        Assert.All(read.Parts, part => Checkpoint.Open(part.Path).Dispose());
    }

    private static Judge WithTransformers()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        try
        {
            judge.Run(folder[""], "import transformers, accelerate\nlines = []");
        }
        catch (JudgeException error) when (error.Message.Contains("No module named", StringComparison.Ordinal))
        {
            Assert.Skip($"{judge.Name} has no transformers or accelerate: install python3-transformers and python3-accelerate in its root");
        }

        return judge;
    }
}
