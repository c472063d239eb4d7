namespace Torchkeep.Cli.Tests.Commands;

/// <summary>torchkeep inspect --modules and torchkeep scaffold, of files that no PyTorch wrote.</summary>
public sealed class ModulesTests : IDisposable
{
    private const string Tanh = "torch.nn.modules.activation.Tanh";
    private const string Sequential = "torch.nn.modules.container.Sequential";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheTreeIsAsExpected() => Golden.Check("net-modules.txt", Output("inspect", "--modules"));

    [Fact]
    public void TheClassesAreAsExpected() => Golden.Check("net-scaffold.txt", Output("scaffold"));

    [Theory]
    [InlineData("inspect", "--modules")]
    [InlineData("scaffold")]
    public void OneOfSeveralModelsIsNamed(params string[] verb)
    {
        var file = _folder.Save(new PyDict { { "one", WholeModel.Linear(1, 2) }, { "two", WholeModel.Linear(3, 4) } });

        var unnamed = CommandLine.Run([.. verb, file]);
        var named = CommandLine.Run([.. verb, file, "--model", "two"]);

        Assert.Equal(ExitCodes.Unreadable, unnamed.ExitCode);
        Assert.Contains("there are 2 state_dicts", unnamed.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Fine, ""), (named.ExitCode, named.Error));
        Assert.Contains("3, ", named.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Unreadable, CommandLine.Run([.. verb, file, "--model", "three"]).ExitCode);
    }

    [Fact]
    public void ScaffoldOfAStateDictSaysWhatItWants()
    {
        var outcome = CommandLine.Run("scaffold", _folder.Save(Samples.Training()));

        Assert.Equal((ExitCodes.Unreadable, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("has a state_dict, which says nothing of layers", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect", "--modules", "--json")]
    [InlineData("inspect", "--modules", "--hash")]
    [InlineData("inspect", "--model", "model")]
    [InlineData("scaffold", "--namespace", "My Models")]
    [InlineData("scaffold", "--namespace", "A;B")]
    public void WhatMakesNoSenseIsRefused(params string[] arguments)
    {
        var outcome = CommandLine.Run([.. arguments, _folder.Save(Samples.Training())]);

        Assert.Equal((ExitCodes.Usage, ""), (outcome.ExitCode, outcome.Output));
    }

    [Theory]
    [InlineData("inspect", "--modules")]
    [InlineData("scaffold")]
    public void ADeepNestIsRefused(params string[] verb)
    {
        var model = WholeModel.Module(Tanh, [], [], []);
        for (var i = 0; i < 5000; i++)
        {
            model = WholeModel.Module(Sequential, [], [], [("0", model)]);
        }

        AssertRefused("nested more than 100 deep", verb, model);
    }

    [Theory]
    [InlineData("inspect", "--modules")]
    [InlineData("scaffold")]
    public void ManyPlacesAreRefusedBeforeTheyAreListed(params string[] verb)
    {
        var model = WholeModel.Module(Tanh, [], [], []);
        for (var i = 0; i < 60; i++)
        {
            model = WholeModel.Module(Sequential, [], [], [("0", model), ("1", model)]);
        }

        AssertRefused("places", verb, model);
    }

    [Fact]
    public void ADeepNameIsRefused() => AssertRefused(
        "has more than 100 parts", ["inspect", "--modules"], new PyDict { { string.Join('.', Enumerable.Repeat("a", 5000)), Samples.Training()["model"]["fc.weight"] } });

    [Fact]
    public void TextOfTheFileIsEscaped()
    {
        var file = _folder.Save(WholeModel.Module("a.N\u001b[2Jet", [("na\nme", "\u202e\u001b]0;x\u0007")], [], [("chi\nld", WholeModel.Module("b.\u0007C", [], [], []))]));

        foreach (var output in new[] { CommandLine.Run("inspect", "--modules", file).Output, CommandLine.Run("scaffold", file).Output })
        {
            Assert.NotEmpty(output);
            Assert.DoesNotContain(output, letter => letter != '\n' && letter is < ' ' or > '~');
        }
    }

    [Theory]
    [InlineData("*/ class Evil { static Evil() { } } /*")]
    [InlineData("X { } class Evil : System.IDisposable")]
    [InlineData("\"); System.Console.WriteLine(\"")]
    [InlineData("a\u2028using Evil;")]
    [InlineData("a\r\nusing Evil;")]
    public void ANameNeverBecomesCode(string name)
    {
        // A class's name has no line breaks, since a pickle has none there.
        var file = _folder.Save(WholeModel.Module($"m.{name.ReplaceLineEndings("")}", [(name, name)], [], [(name, WholeModel.Module(Sequential, [], [], [(name, WholeModel.Module(Tanh, [], [], []))]))]));

        var code = CommandLine.Run("scaffold", file).Output;

        // It stands in comments and in texts, and there on one line.
        var lines = code.Split('\n').Select(line => line.Trim()).Where(line => !line.StartsWith("//", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain("Evil", Unquoted(line).Replace("_Evil", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => Unquoted(line).Contains("System.Console", StringComparison.Ordinal));
    }

    private static string Unquoted(string line) => System.Text.RegularExpressions.Regex.Replace(line, """
        "(\\.|[^"\\])*"
        """, "\"\"");

    private void AssertRefused(string reason, string[] verb, PyValue model)
    {
        var outcome = CommandLine.Run([.. verb, _folder.Save(model)]);

        Assert.Equal((ExitCodes.Unreadable, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
    }

    private string Output(params string[] verb)
    {
        var file = _folder.Save(WholeModel.Net(), "net.pt");
        var outcome = CommandLine.Run([.. verb, file]);
        Assert.Equal((ExitCodes.Fine, ""), (outcome.ExitCode, outcome.Error));
        return outcome.Output.Replace(file, "net.pt", StringComparison.Ordinal);
    }
}
