using System.Text.Json;

namespace Torchkeep.Cli.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AWholeFileIsWhole()
    {
        var outcome = CommandLine.Run("verify", _folder.Save(Samples.Training()));
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("whole: 4 tensors in 3 storages, every byte checked", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ADamagedFileNamesTheTensorsThatAreHit()
    {
        var outcome = CommandLine.Run("verify", Samples.Damaged(_folder));
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("damaged: 1 fault", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("hits model.fc.weight, model.head.weight", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheWorstOfSeveralFilesIsTheExitCode()
    {
        var (whole, damaged) = (_folder.Save(Samples.Training()), Samples.Damaged(_folder));
        var text = Path.Combine(Path.GetDirectoryName(whole)!, "notes.txt");
        File.WriteAllText(text, "no checkpoint");

        Assert.Equal(1, CommandLine.Run("verify", whole, damaged).ExitCode);
        var outcome = CommandLine.Run("verify", text, damaged, whole);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("unreadable", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("whole: ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("no PyTorch checkpoint", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run("verify", text + ".none").ExitCode);
    }

    [Fact]
    public void TheJsonSaysTheSame()
    {
        using var json = JsonDocument.Parse(CommandLine.Run("verify", "--json", Samples.Damaged(_folder)).Output);
        var file = json.RootElement.GetProperty("files")[0];
        Assert.Equal("damaged", file.GetProperty("verdict").GetString());
        var fault = file.GetProperty("faults")[0];
        Assert.Equal("model.fc.weight", fault.GetProperty("tensors")[0].GetString());
        Assert.EndsWith("data/0", fault.GetProperty("record").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NaNAndInfinityAreCountedOnRequest()
    {
        var root = new PyDict
        {
            { "float", TensorView.FromArray(new[] { 1, float.NaN, float.PositiveInfinity, float.NegativeInfinity }, ElementType.Float32, 4) },
            { "half", TensorView.FromArray(new ushort[] { 0x7c00, 0x7c01, 0x3c00 }, ElementType.Float16, 3) },
            { "bfloat", TensorView.FromArray(new ushort[] { 0x7f80, 0xff81, 0x3f80 }, ElementType.BFloat16, 3) },
            { "double", TensorView.FromArray(new[] { double.NaN, 2 }, ElementType.Float64, 2) },
            { "e4m3", TensorView.FromArray(new byte[] { 0x7f, 0xff, 0x7e }, ElementType.Float8E4M3Fn, 3) },
            { "fnuz", TensorView.FromArray(new byte[] { 0x80, 0x7f }, ElementType.Float8E5M2FnUz, 2) },
            { "int", TensorView.FromArray(new[] { -1 }, ElementType.Int32, 1) },
            { "fine", TensorView.FromArray(new float[2], ElementType.Float32, 2) },
        };
        var file = _folder.Save(root);

        var outcome = CommandLine.Run("verify", "--values", file);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            ["$['float']: 1 NaN, 2 infinite", "$['half']: 1 NaN, 1 infinite", "$['bfloat']: 1 NaN, 1 infinite", "$['double']: 1 NaN, 0 infinite", "$['e4m3']: 2 NaN, 0 infinite", "$['fnuz']: 1 NaN, 0 infinite"],
            outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1));
        Assert.DoesNotContain("NaN", CommandLine.Run("verify", file).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void HostileTextIsEscaped()
    {
        var file = _folder.Save(new PyDict { { "esc\x1b[31m", TensorView.FromArray(new[] { float.NaN }, ElementType.Float32, 1) } });
        Assert.DoesNotContain('\x1b', CommandLine.Run("verify", "--values", file).Output);
    }
}
