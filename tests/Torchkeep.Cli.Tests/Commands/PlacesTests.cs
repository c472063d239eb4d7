using System.IO.Compression;

namespace Torchkeep.Cli.Tests.Commands;

/// <summary>Files with several checkpoints, archives around one, texts beside one, and what a state_dict lacks.</summary>
public sealed class PlacesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CheckpointFormat.TorchLegacy)]
    [InlineData(CheckpointFormat.TorchZip)]
    public void InspectSaysThatThereAreMoreAndShowsTheNth(CheckpointFormat format)
    {
        var file = Several(format);

        Assert.Contains("\nthe first of 3 checkpoints in the file", CommandLine.Run("inspect", file).Output, StringComparison.Ordinal);
        Assert.Contains("i: 2", CommandLine.Run("inspect", file, "--index", "3").Output, StringComparison.Ordinal);
        var json = CommandLine.Run("inspect", file, "--index", "2", "--json").Json;
        Assert.Equal((2, 3), (json.GetProperty("index").GetInt32(), json.GetProperty("checkpoints").GetInt32()));
        Assert.Contains("the first of 3", CommandLine.Run("inspect", file, "--modules").Output + CommandLine.Run("inspect", file).Output, StringComparison.Ordinal);
        Assert.Contains("has 3 checkpoints: there is no --index 4", CommandLine.Run("inspect", file, "--index", "4").Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, CommandLine.Run("inspect", file, "--index", "0").ExitCode);
    }

    [Theory]
    [InlineData(CheckpointFormat.TorchLegacy)]
    [InlineData(CheckpointFormat.TorchZip)]
    public void ConvertWantsToKnowWhichIsMeant(CheckpointFormat format)
    {
        var file = Several(format);
        var output = Path.Combine(_folder.Path, "out.pt");

        var refused = CommandLine.Run("convert", file, output);
        Assert.Contains("has 3 checkpoints, one after another: say with --index", refused.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Unreadable, false), (refused.ExitCode, File.Exists(output)));

        Assert.Equal(ExitCodes.Fine, CommandLine.Run("convert", file, output, "--index", "2").ExitCode);
        using var converted = Checkpoint.Open(output);
        Assert.Equal(1, converted["i"].AsInt64());
    }

    [Fact]
    public void BytesThatAreNoCheckpointAreSaidToFollow()
    {
        var file = Several(CheckpointFormat.TorchLegacy, count: 1);
        File.AppendAllText(file, "\0\0");

        Assert.Contains("2 B follow it, which are no checkpoint", CommandLine.Run("inspect", file).Output, StringComparison.Ordinal);
        Assert.Contains("cannot be read as a checkpoint", CommandLine.Run("inspect", file, "--index", "2").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileInAnArchiveAndACompressedOneAreTaken()
    {
        var model = _folder.Save(new PyDict { ["w"] = TensorView.FromArray(new float[] { 1 }, ElementType.Float32, 1) });
        var zip = Path.Combine(_folder.Path, "agent.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            archive.CreateEntryFromFile(model, "policy.pth");
        }

        var packed = Path.Combine(_folder.Path, "model.pt.gz");
        using (var gzip = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
        {
            gzip.Write(File.ReadAllBytes(model));
        }

        Assert.Contains("1 tensor", CommandLine.Run("inspect", $"{zip}!policy.pth").Output, StringComparison.Ordinal);
        Assert.Contains("agent.zip!policy.pth", CommandLine.Run("inspect", zip).Error, StringComparison.Ordinal);
        Assert.Contains("unpacked from gzip", CommandLine.Run("inspect", packed).Output, StringComparison.Ordinal);
        Assert.Contains("whole: 1 tensor", CommandLine.Run("verify", $"{zip}!policy.pth", packed).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Fine, CommandLine.Run("convert", packed, Path.Combine(_folder.Path, "out.safetensors")).ExitCode);
    }

    [Fact]
    public void TheTextsOfSafetensorsAreShown()
    {
        var path = Path.Combine(_folder.Path, "a.safetensors");
        using (var file = File.Create(path))
        {
            Checkpoint.Save(new PyDict(), file, new WriteOptions { Format = CheckpointFormat.Safetensors, Metadata = new Dictionary<string, string> { ["ss_tag"] = "a\u001b[31mb" } }, cancellationToken: TestContext.Current.CancellationToken);
        }

        var text = CommandLine.Run("inspect", path).Output;

        Assert.Contains("metadata: 1 text", text, StringComparison.Ordinal);
        Assert.Contains("'ss_tag': ", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("a", CommandLine.Run("inspect", path, "--json").Json.GetProperty("metadata").GetProperty("ss_tag").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frozen.pt")]
    [InlineData("mobile.ptl")]
    public void AnEmptyFileIsNotWrittenOfAFrozenModel(string name)
    {
        var file = Fixture(name);
        var output = Path.Combine(_folder.Path, "out.safetensors");

        var outcome = CommandLine.Run("convert", file, output);

        Assert.Contains("there is nothing to write: its state_dict lacks 5 of its 5 tensors", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("5 constants of its code", outcome.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Unreadable, false), (outcome.ExitCode, File.Exists(output)));
        Assert.Contains("1 module, without a tensor\nits state_dict lacks 5", CommandLine.Run("inspect", file, "--modules").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAStateDictLacksIsSaid()
    {
        var output = Path.Combine(_folder.Path, "out.safetensors");

        var outcome = CommandLine.Run("convert", Fixture("classes.pt"), output);

        Assert.Equal(ExitCodes.Fine, outcome.ExitCode);
        Assert.Contains("lacks 4 of its 12 tensors", outcome.Error, StringComparison.Ordinal);
        using var converted = Checkpoint.Open(output);
        Assert.Contains("norm.running_mean", converted.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void ADistributedTensorThatIsWholeIsConverted()
    {
        var output = Path.Combine(_folder.Path, "out.safetensors");

        Assert.Equal(ExitCodes.Fine, CommandLine.Run("convert", Fixture("dtensor.pt"), output, "--drop-shared").ExitCode);
        Assert.Contains("a part alone is here", CommandLine.Run("convert", Fixture("dtensor_part.pt"), output).Error, StringComparison.Ordinal);
        Assert.Contains("48 parameters", CommandLine.Run("inspect", Fixture("dtensor.pt"), "--modules").Output, StringComparison.Ordinal);
    }

    private static string Fixture(string name) => Path.Combine(CommandLine.RepositoryRoot, "tests", "fixtures", "kinds-2.14", name);

    private string Several(CheckpointFormat format, int count = 3)
    {
        var path = Path.Combine(_folder.Path, "several.pt");
        using var file = File.Create(path);
        for (var i = 0; i < count; i++)
        {
            Checkpoint.Save(
                new PyDict { ["i"] = i, ["model"] = new PyDict(isOrdered: true) { ["w"] = TensorView.FromArray(new float[] { i }, ElementType.Float32, 1) } },
                file,
                new WriteOptions { Format = format },
                cancellationToken: TestContext.Current.CancellationToken);
        }

        return path;
    }
}
