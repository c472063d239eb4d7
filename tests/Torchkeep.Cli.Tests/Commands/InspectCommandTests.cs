using System.Text;

namespace Torchkeep.Cli.Tests.Commands;

public sealed class InspectCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("--json")]
    [InlineData("--json --hash")]
    [InlineData("--hash --all")]
    public void AGoodFileIsZero(string options)
    {
        var outcome = CommandLine.Run(["inspect", _folder.Save(Samples.EveryKind()), .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.NotEmpty(outcome.Output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--json")]
    public void AMissingFileIsTwo(string options) => AssertUnreadable("Could not find file", Path.Combine(_folder.Path, "none.pt"), options);

    [Fact]
    public void AFolderIsTwo() => AssertUnreadable("is a directory", _folder.Path);

    [Fact]
    public void AFileOfAnotherKindIsTwo() => AssertUnreadable("it is a GGUF model", _folder.Write("GGUF\x03\0\0\0"u8.ToArray()));

    [Theory]
    [InlineData("")]
    [InlineData("--json")]
    public void ATruncatedFileIsTwo(string options)
    {
        var bytes = File.ReadAllBytes(_folder.Save(Samples.Training()));

        AssertUnreadable("truncated", _folder.Write(bytes[..^100]), options);
    }

    [Theory]
    [InlineData("--hash")]
    [InlineData("--json --hash")]
    public void AWrongChecksumIsTwoAndNothingIsWritten(string options)
    {
        var file = _folder.Save(new PyDict { { "good", Ones("good!!!!") }, { "bad", Ones("bad!!!!!") } });
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.AsSpan().IndexOf("bad!!!!!"u8)]++;
        _folder.Write(bytes);

        AssertUnreadable("CRC-32", file, options);
        Assert.Equal(0, CommandLine.Run("inspect", file, "--json").ExitCode);
    }

    [Fact]
    public void AnErrorNamesTheTensor()
    {
        var file = _folder.Save(new PyDict { { "model", new PyDict { { "bad", Ones("bad!!!!!") } } } });
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.AsSpan().IndexOf("bad!!!!!"u8)]++;
        _folder.Write(bytes);

        Assert.Contains("tensor 'model.bad'", CommandLine.Run("inspect", file, "--hash").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnErrorIsOneLineWithoutEscapes()
    {
        var error = CommandLine.Run("inspect", Path.Combine(_folder.Path, "a\x1b[31m\nb.pt")).Error;

        Assert.Equal(error.TrimEnd(), error.TrimEnd('\n').TrimEnd('\r'));
        Assert.DoesNotContain(error.TrimEnd(), char.IsControl);
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect a.pt b.pt")]
    [InlineData("inspect a.pt --jsn")]
    [InlineData("inspct a.pt")]
    [InlineData("")]
    public void ArgumentsWithoutSenseAreSixtyFour(string line)
    {
        var outcome = CommandLine.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((64, ""), (outcome.ExitCode, outcome.Output));
        Assert.NotEmpty(outcome.Error.Trim());
    }

    [Fact]
    public void AnAtSignIsPartOfAName()
    {
        var file = _folder.Save(Samples.Training(), "@model.pt");

        var outcome = CommandLine.RunProcess(["inspect", "@model.pt"], Path.GetDirectoryName(file));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
    }

    private static PyValue Ones(string text) => TensorView.FromArray(Encoding.ASCII.GetBytes(text), ElementType.UInt8, text.Length);

    private static void AssertUnreadable(string expected, string file, string options = "")
    {
        var outcome = CommandLine.Run(["inspect", file, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith("torchkeep: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }
}
