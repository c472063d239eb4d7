namespace Torchkeep.Cli.Tests;

/// <summary>Options that are given in part.</summary>
public sealed class OptionTests
{
    [Theory]
    [InlineData("inspect x --model")]
    [InlineData("inspect x --modules --model")]
    [InlineData("scaffold x --model")]
    [InlineData("scaffold x --namespace")]
    [InlineData("convert x y.pt --to")]
    [InlineData("convert x y.pt --dtype")]
    [InlineData("convert x y.pt --select")]
    [InlineData("convert x y.pt --rename")]
    [InlineData("convert x y.pt --state-dict")]
    [InlineData("convert x y.pt --max-shard-size")]
    public void AnOptionWithoutItsValueIsAMistake(string arguments)
    {
        var outcome = CommandLine.Run(arguments.Split(' '));
        Assert.Equal((ExitCodes.Usage, ""), (outcome.ExitCode, outcome.Output));
        Assert.NotEqual("", outcome.Error);
    }
}
