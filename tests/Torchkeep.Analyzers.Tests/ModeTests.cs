namespace Torchkeep.Analyzers.Tests;

/// <summary>Models that are called in a mode that nobody chose.</summary>
public sealed class ModeTests
{
    [Theory]
    [InlineData("        model.load_state_dict(path);\n        var y = model.forward(input);")]
    [InlineData("        model.load_state_dict(given);\n        var y = model.call(input);")]
    [InlineData("        model.load_state_dict(dictionary, assign: false);\n        var y = model.forward(input);")]
    [InlineData("        other.eval();\n        model.load_state_dict(path);\n        var y = model.forward(input);")]
    [InlineData("        model.load_state_dict(path);\n        for (var i = 0; i < 3; i++) { model.forward(input); }\n        model.eval();")]
    public async Task ACallAfterALoadIsFoundAndEvalPutBetween(string statements)
    {
        var program = await Statements.Check(statements);
        Assert.Empty(program.Errors);
        Assert.Equal("TK0011", program.Ids);
        var repaired = await program.Fixed("TK0011");
        Assert.Empty(repaired.Errors);
        Assert.Equal("", repaired.Ids);
        var end = statements.IndexOf(";\n", statements.IndexOf("model.load", StringComparison.Ordinal), StringComparison.Ordinal) + 2;
        Assert.Equal((statements[..end] + "        model.eval();\n" + statements[end..]).Trim(), Statements.Of(repaired));
    }

    [Theory]
    [InlineData("model.load_state_dict(path); model.eval(); model.forward(input);")]
    [InlineData("model.load_state_dict(path); model.train(); model.forward(input);")]
    [InlineData("model.eval(); model.load_state_dict(path); model.forward(input);")]
    [InlineData("model.forward(input); model.load_state_dict(path);")]
    [InlineData("model.load_state_dict(path); other.forward(input);")]
    [InlineData("model.load_state_dict(path);")]
    [InlineData("optimizer.load_state_dict(given); model.forward(input);")]
    public async Task AModelWhoseModeWasChosenIsNot(string statements)
    {
        var program = await Statements.Check(statements);
        Assert.Empty(program.Errors);
        Assert.Equal("", program.Ids);
    }

    [Fact]
    public async Task AFieldAndAProgramOfTopLevelStatementsAreSeenToo()
    {
        var program = await Checked.Program(
            """
            using Torchkeep;
            using TorchSharp;
            using static TorchSharp.torch;

            using var model = nn.Linear(1, 1);
            model.load_state_dict("model.pth");
            model.forward(torch.ones(1));

            sealed class Holder
            {
                private readonly TorchSharp.Modules.Linear _model = nn.Linear(1, 1);

                public Tensor Run()
                {
                    _model.load_state_dict("model.pth");
                    return _model.forward(torch.ones(1));
                }
            }

            """);
        Assert.Empty(program.Errors);
        Assert.Equal("TK0011 TK0011", program.Ids);
        var repaired = await (await program.Fixed("TK0011")).Fixed("TK0011");
        Assert.Empty(repaired.Errors);
        Assert.Equal("", repaired.Ids);
    }
}
