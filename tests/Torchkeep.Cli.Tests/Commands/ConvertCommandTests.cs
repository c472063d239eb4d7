using Torchkeep.Cli.Conversion;

namespace Torchkeep.Cli.Tests.Commands;

public sealed class ConvertCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("out.pt", null, CheckpointFormat.TorchZip)]
    [InlineData("out.PTH", null, CheckpointFormat.TorchZip)]
    [InlineData("out.bin", null, CheckpointFormat.TorchZip)]
    [InlineData("out.ckpt", null, CheckpointFormat.TorchZip)]
    [InlineData("out.pth.tar", null, CheckpointFormat.TorchZip)]
    [InlineData("out.tar", null, CheckpointFormat.TorchZip)]
    [InlineData("out.pkl", null, CheckpointFormat.TorchZip)]
    [InlineData("out.model", null, CheckpointFormat.TorchZip)]
    [InlineData("out.ptl", null, CheckpointFormat.TorchZip)]
    [InlineData("out.safetensors", null, CheckpointFormat.Safetensors)]
    [InlineData("out.safetensors", "zip", CheckpointFormat.TorchZip)]
    [InlineData("out.pt", "legacy", CheckpointFormat.TorchLegacy)]
    [InlineData("out", "safetensors", CheckpointFormat.Safetensors)]
    public void TheKindIsThatOfTheNameOrTheOneAskedFor(string output, string? to, CheckpointFormat expected)
    {
        Convert(_folder.Save(Samples.Layers(2)), output, to is null ? [] : ["--to", to]);

        using var checkpoint = Checkpoint.Open(PathOf(output));
        Assert.Equal(expected, checkpoint.Format);
        Assert.Equal(["layers.0.weight", "layers.1.weight"], checkpoint.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void AWholeObjectStaysWhole()
    {
        Convert(_folder.Save(Samples.Training()), "out.pt", "--to", "legacy", "--dtype", "bfloat16");

        using var checkpoint = Checkpoint.Open(PathOf("out.pt"));
        Assert.Equal(7, checkpoint["epoch"].AsInt64());
        Assert.Equal(1, ((PyDict)checkpoint["model"]).Attributes!["_metadata"]["fc"]["version"].AsInt64());
        Assert.All(checkpoint.Tensors, tensor => Assert.Equal(ElementType.BFloat16, tensor.View.ElementType));
        Assert.Same(checkpoint["model"]["fc.weight"].AsTensor().Storage, checkpoint["model"]["head.weight"].AsTensor().Storage);
    }

    [Fact]
    public void APartIsChosenRenamedAndConverted()
    {
        Convert(
            _folder.Save(Samples.Training()), "out.safetensors",
            "--state-dict", "model", "--select", "fc.*", "--select", "no.?", "--rename", "fc.*=encoder.*", "--rename", "*.weight=*.w", "--dtype", "float16");

        using var checkpoint = Checkpoint.Open(PathOf("out.safetensors"));
        Assert.Equal(["encoder.bias", "encoder.w"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.All(checkpoint.Tensors, tensor => Assert.Equal(ElementType.Float16, tensor.View.ElementType));
        Assert.Equal("pt", checkpoint.Metadata["format"]);
    }

    [Theory]
    [InlineData("$['model']")]
    [InlineData("model")]
    public void APartIsFoundByItsNameAndByItsPath(string part)
    {
        Convert(_folder.Save(Samples.Training()), "out.pt", "--state-dict", part);

        using var checkpoint = Checkpoint.Open(PathOf("out.pt"));
        Assert.Equal(["fc.weight", "fc.bias", "head.weight"], checkpoint.Tensors.Select(tensor => tensor.Name));
    }

    [Theory]
    [InlineData("out.safetensors")]
    [InlineData("out.pt", "--state-dict", "model")]
    [InlineData("out.pt", "--state-dict", "$['model']")]
    public void OfAModuleItsStateDictIsWritten(string output, params string[] options)
    {
        var file = _folder.Save(options.Length == 0 ? Samples.Module() : new PyDict { { "epoch", 7 }, { "model", Samples.Module() } });
        Convert(file, output, options);

        using var checkpoint = Checkpoint.Open(PathOf(output));
        Assert.Equal(["bias", "weight"], ((PyDict)checkpoint.Root).Select(entry => entry.Key.AsString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AModuleStaysOneInAFileThatHoldsIt()
    {
        Convert(_folder.Save(Samples.Module()), "out.pt");

        using var checkpoint = Checkpoint.Open(PathOf("out.pt"));
        Assert.Equal("torch.nn.modules.linear.Linear", Assert.IsType<PyObject>(checkpoint.Root).ClassName);
    }

    [Fact]
    public void SeveralFilesAreWrittenAndReadAgain()
    {
        var file = _folder.Save(Samples.Layers(5));
        Convert(file, "out.safetensors", "--max-shard-size", "0.04KB");
        Assert.Equal(
            ["out-00001-of-00003.safetensors", "out-00002-of-00003.safetensors", "out-00003-of-00003.safetensors", "out.safetensors.index.json"],
            Directory.EnumerateFiles(_folder.Path, "out*").Select(Path.GetFileName).Order(StringComparer.Ordinal));

        Convert(PathOf("out.safetensors.index.json"), "again.pt");
        using var checkpoint = Checkpoint.Open(PathOf("again.pt"));
        Assert.Equal(5, checkpoint.Tensors.Count);

        var listed = CommandLine.Run("inspect", PathOf("out.safetensors.index.json"));
        Assert.Equal(0, listed.ExitCode);
        Assert.Contains("out.safetensors.index.json: index of a sharded checkpoint, 3 files of ", listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TiedTensorsAreRefusedOrDropped()
    {
        var weight = TensorView.FromArray(new float[4], ElementType.Float32, 4);
        var file = _folder.Save(new PyDict { { "a", weight }, { "b", weight } });

        AssertRefused(2, "the tensors 'a' and 'b' are tied", file, "out.safetensors");
        Convert(file, "out.safetensors", "--drop-shared");
        using var checkpoint = Checkpoint.Open(PathOf("out.safetensors"));
        Assert.Equal([KeyValuePair.Create("b", "a")], checkpoint.Aliases);
    }

    [Theory]
    [InlineData(new[] { "a", "c" }, "b:a")]
    [InlineData(new[] { "c", "x.a" }, "b:x.a", "--rename", "a=x.a")]
    [InlineData(new[] { "a", "c" }, "z:a", "--rename", "b=z")]
    [InlineData(new[] { "b" }, "", "--select", "b")]
    [InlineData(new[] { "a", "c" }, "", "--exclude", "b")]
    [InlineData(new[] { "b", "c" }, "", "--exclude", "a")]
    [InlineData(new[] { "a", "b", "c" }, "", "--copy-shared")]
    public void NoConversionLeavesAStaleName(string[] tensors, string aliases, params string[] options)
    {
        SaveTied("in.safetensors");
        Convert(PathOf("in.safetensors"), "out.safetensors", options);

        using var checkpoint = Checkpoint.Open(PathOf("out.safetensors"));
        Assert.Equal(tensors, checkpoint.Tensors.Select(tensor => tensor.Name).Except(checkpoint.Aliases.Keys).Order(StringComparer.Ordinal));
        Assert.Equal(aliases, string.Join(',', checkpoint.Aliases.Select(alias => $"{alias.Key}:{alias.Value}")));
        Assert.Equal(["format"], checkpoint.Metadata.Keys);
    }

    [Fact]
    public void TiedTensorsComeBackWhole()
    {
        SaveTied("in.safetensors");
        Convert(PathOf("in.safetensors"), "back.pt");
        Convert(PathOf("in.safetensors"), "several.safetensors", "--max-shard-size", "8B");
        Convert(PathOf("several.safetensors.index.json"), "again.pt");

        Assert.All(["back.pt", "several.safetensors.index.json", "again.pt"], name =>
        {
            using var checkpoint = Checkpoint.Open(PathOf(name));
            Assert.Equal(["a", "b", "c"], checkpoint.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
            Assert.Same(checkpoint.FindTensor("a").Storage, checkpoint.FindTensor("b").Storage);
        });
    }

    private void SaveTied(string name)
    {
        var weight = TensorView.FromArray(new float[] { 1, 2 }, ElementType.Float32, 2);
        var root = new PyDict { { "a", weight }, { "b", weight }, { "c", TensorView.FromArray(new float[] { 3 }, ElementType.Float32, 1) } };
        Checkpoint.Save(root, PathOf(name), new() { DropShared = true }, cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void WasteIsToldAndLeftOut()
    {
        var large = TensorStorage.FromArray(new float[100_000]);
        var file = _folder.Save(new PyDict { { "part", new TensorView(large, ElementType.Float32, [5], [1], 50) } });

        var inspected = CommandLine.Run("inspect", file);
        Assert.Contains("\n390.6 KiB of 390.6 KiB are used by no tensor: torchkeep convert --compact leaves them out\n", inspected.Output, StringComparison.Ordinal);
        Convert(file, "small.pt", "--compact");
        Assert.InRange(new FileInfo(PathOf("small.pt")).Length, 0, 4096);
        Assert.DoesNotContain("used by no tensor", CommandLine.Run("inspect", PathOf("small.pt")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotWrittenIsSaid()
    {
        var file = _folder.Save(Samples.Training());
        Assert.Equal(
            $"torchkeep: not written: 1 of its 4 tensors, 48 B; its 2 entries 'epoch', 'optimizer'{Environment.NewLine}",
            CommandLine.Run("convert", file, PathOf("out.pt"), "--state-dict", "model").Error);

        var mixed = _folder.Save(new PyDict { { "w", TensorView.FromArray(new float[1], ElementType.Float32, 1) }, { "height", 3 }, { "note", "x" } }, "mixed.pt");
        Assert.Equal(
            $"torchkeep: not written: 2 entries that are no tensors: 'height' (an int), 'note' (a str){Environment.NewLine}",
            CommandLine.Run("convert", mixed, PathOf("out.safetensors"), "--tensors-only").Error);

        Checkpoint.Save(
            new PyDict { { "w", TensorView.FromArray(new float[1], ElementType.Float32, 1) } }, PathOf("texts.safetensors"),
            new() { Metadata = new Dictionary<string, string> { ["format"] = "pt", ["title"] = "x" } }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            $"torchkeep: not written: 1 text of its metadata, which a PyTorch file has no place for: 'title'{Environment.NewLine}",
            CommandLine.Run("convert", PathOf("texts.safetensors"), PathOf("out.pt")).Error);
    }

    [Fact]
    public void AFileWithoutATensorIsWrittenOnlyWhenAskedFor()
    {
        var file = _folder.Save(new PyDict(isOrdered: true));
        AssertRefused(2, "there is no tensor in it: --allow-empty", file, "out.safetensors");
        Convert(file, "out.safetensors", "--allow-empty");
        Convert(file, "out.pt");
    }

    [Fact]
    public void WhatAnEarlierSaveLeftIsRemovedAndSaid()
    {
        var file = _folder.Save(Samples.Layers(5));
        Convert(file, "out.safetensors", "--max-shard-size", "16B");
        var outcome = CommandLine.Run("convert", file, PathOf("out.safetensors"));

        Assert.Equal($"torchkeep: '{PathOf("out.safetensors.index.json")}' and its files, which an earlier save left under this name, were removed{Environment.NewLine}", outcome.Error);
        Assert.Equal(["out.safetensors"], Directory.EnumerateFiles(_folder.Path, "out*").Select(Path.GetFileName));
    }

    [Fact]
    public void AScreenShowsHowFarItIsAndWhatCameOut()
    {
        var outcome = CommandLine.RunOnScreen(80, noColor: true, "convert", _folder.Save(Samples.Layers(3)), PathOf("out.pt"));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("\r  0% of 48 B", outcome.Error, StringComparison.Ordinal);
        Assert.EndsWith($"\r{PathOf("out.pt")}: 48 B of tensors{Environment.NewLine}", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("safetensors holds named tensors alone, and 'epoch' is an int: take the state_dict with --state-dict model; --to zip keeps all of it", "out.safetensors")]
    [InlineData("there is nothing at 'modle': take the state_dict with --state-dict model", "out.pt", "--state-dict", "modle")]
    [InlineData("there is no state_dict and no module in '$['epoch']'", "out.pt", "--state-dict", "epoch")]
    [InlineData("--select chooses none of the 3 entries", "out.pt", "--select", "layers.*")]
    [InlineData("'fc.weight' and 'fc.bias' would both be called 'x'", "out.pt", "--state-dict", "model", "--rename", "fc.*=x")]
    [InlineData("only a dictionary of tensors can be written in several files, and 'epoch' is an int", "out.pt", "--max-shard-size", "1MB")]
    public void WhatCannotBeDoneIsTwoAndWritesNothing(string expected, string output, params string[] options) =>
        AssertRefused(2, expected, _folder.Save(Samples.Training()), output, options);

    [Theory]
    [InlineData("what kind of file is", "out.xyz")]
    [InlineData("what kind of file is", "out")]
    [InlineData("'tar' not recognized", "out.pt", "--to", "tar")]
    [InlineData("'int8' not recognized", "out.pt", "--dtype", "int8")]
    [InlineData("--rename takes 'old=new', and not 'fc'", "out.pt", "--rename", "fc")]
    [InlineData("has more stars in the new name", "out.pt", "--rename", "fc.*=*.*")]
    [InlineData("--max-shard-size takes a size such as 5GB, and not 'much'", "out.pt", "--max-shard-size", "much")]
    [InlineData("--max-shard-size takes a size such as 5GB, and not '0'", "out.pt", "--max-shard-size", "0")]
    [InlineData("leave out '.index.json'", "out.index.json", "--to", "zip", "--max-shard-size", "5GB")]
    [InlineData("--drop-shared is for safetensors", "out.pt", "--drop-shared")]
    public void ArgumentsWithoutSenseAreSixtyFour(string expected, string output, params string[] options) =>
        AssertRefused(64, expected, _folder.Save(Samples.Training()), output, options);

    [Fact]
    public void AnOlderFileStaysWhenTheInputIsBroken()
    {
        File.WriteAllText(PathOf("out.pt"), "old");
        AssertRefused(2, "it is a GGUF model", _folder.Write("GGUF\x03\0\0\0"u8.ToArray()), "out.pt");

        Assert.Equal("old", File.ReadAllText(PathOf("out.pt")));
    }

    [Fact]
    public void AFileIsConvertedOverItself()
    {
        Convert(_folder.Save(Samples.Training()), "model.pt", "--dtype", "float64");

        using var checkpoint = Checkpoint.Open(PathOf("model.pt"));
        Assert.Equal(ElementType.Float64, checkpoint["model"]["fc.bias"].AsTensor().ElementType);
    }

    [Theory]
    [InlineData("5GB", 5_000_000_000)]
    [InlineData("5gb", 5_000_000_000)]
    [InlineData("1.5 GiB", 1_610_612_736L)]
    [InlineData("100MB", 100_000_000L)]
    [InlineData("7B", 7L)]
    [InlineData("7", 7L)]
    [InlineData("-1GB", null)]
    [InlineData("99999999TB", null)]
    [InlineData("GB", null)]
    [InlineData("", null)]
    public void SizesAreReadAsHuggingFaceWritesThem(string text, long? expected) => Assert.Equal(expected, ByteCount.TryParse(text, out var bytes) ? bytes : null);

    [Theory]
    [InlineData("*.weight", "a.b.weight", "*.w", "a.b.w")]
    [InlineData("module.*", "module.module.x", "*", "module.x")]
    [InlineData("*.*", "a.b.c", "*-*", "a-b.c")]
    [InlineData("layer.?.w", "layer.3.w", "x", "x")]
    [InlineData("layer.?.w", "layer.33.w", "x", null)]
    [InlineData("a.b", "axb", "x", null)]
    [InlineData("a[0]+", "a[0]+", "x", "x")]
    [InlineData("*", "line\nbreak", "p.*", "p.line\nbreak")]
    public void APatternFitsAWholeName(string pattern, string name, string template, string? expected) =>
        Assert.Equal(expected, new NamePattern(pattern).Rewrite(name, template));

    private void Convert(string input, string output, params string[] options)
    {
        var outcome = CommandLine.Run(["convert", input, PathOf(output), .. options]);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal(options.Contains("--state-dict"), outcome.Error.Length > 0);
    }

    private void AssertRefused(int code, string expected, string input, string output, params string[] options)
    {
        var before = Directory.EnumerateFiles(_folder.Path).Order().ToList();
        var outcome = CommandLine.Run(["convert", input, PathOf(output), .. options]);

        Assert.Equal((code, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(before, Directory.EnumerateFiles(_folder.Path).Order());
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);
}
