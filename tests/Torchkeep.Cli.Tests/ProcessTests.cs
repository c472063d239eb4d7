namespace Torchkeep.Cli.Tests;

/// <summary>What only a process of its own can show.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheHelpListsTheVerbs() => Golden.Check("help.txt", Help());

    [Fact]
    public void TheHelpOfInspectListsItsOptions() => Golden.Check("help-inspect.txt", Help("inspect"));

    [Fact]
    public void TheHelpOfConvertListsItsOptions() => Golden.Check("help-convert.txt", Help("convert"));

    [Fact]
    public void TheHelpOfScaffoldListsItsOptions() => Golden.Check("help-scaffold.txt", Help("scaffold"));

    [Fact]
    public void TheHelpOfVerifyListsItsOptions() => Golden.Check("help-verify.txt", Help("verify"));

    [Fact]
    public void TheHelpOfScanListsItsOptions() => Golden.Check("help-scan.txt", Help("scan"));

    [Fact]
    public void ARunInAPipeIsTheRunOfTheTests()
    {
        var file = _folder.Save(Samples.EveryKind());

        Assert.Equal(CommandLine.Run("inspect", file), CommandLine.RunProcess(["inspect", file]));
    }

    [Theory]
    [InlineData("--all")]
    [InlineData("--json")]
    public void AReaderThatLeavesEndsItQuietly(string option)
    {
        // Far more than a pipe holds.
        using var process = CommandLine.Start(["inspect", _folder.Save(Samples.Layers(20_000)), option]);
        var first = process.StandardOutput.Read();
        process.StandardOutput.Close();

        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.NotEqual(-1, first);
        Assert.Equal((0, ""), (process.ExitCode, process.StandardError.ReadToEnd()));
    }

    private static string Help(params string[] verb)
    {
        var outcome = CommandLine.RunProcess([.. verb, "--help"]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        return outcome.Output;
    }
}
