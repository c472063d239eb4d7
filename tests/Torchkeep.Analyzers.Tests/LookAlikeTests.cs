using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Torchkeep.Analyzers.Tests;

/// <summary>Calls that are TorchSharp's own, and what is written in their place.</summary>
public sealed class LookAlikeTests
{
    [Theory]
    [InlineData("var loaded = torch.load(path);", "TK0001", "var loaded = torch.load(path, weights_only: true);")]
    [InlineData("using var loaded = torch.load(location: path);", "TK0001", "using var loaded = torch.load(path, weights_only: true);")]
    [InlineData("using var loaded = load(path);", "TK0001", "using var loaded = torch.load(path, weights_only: true);")]
    [InlineData("Tensor loaded = torch.load(path);", "TK0001", "Tensor loaded = torch.load_checkpoint(path).tensor();")]
    [InlineData("tensor.add_(torch.load(path));", "TK0001", "tensor.add_(torch.load_checkpoint(path).tensor());")]
    [InlineData("var sum = torch.load(path).sum();", "TK0001", "var sum = torch.load_checkpoint(path).tensor().sum();")]
    [InlineData("Tensor loaded = Tensor.load(path);", "TK0001", "Tensor loaded = torch.load_checkpoint(path).tensor();")]
    [InlineData("torch.save(tensor, path);", "TK0002", "torch.save_checkpoint(tensor, path);")]
    [InlineData("torch.save(location: path, t: tensor);", "TK0002", "torch.save_checkpoint(tensor, path);")]
    [InlineData("torch.save(7, path);", "TK0002", "torch.save_checkpoint(7, path);")]
    [InlineData("torch.save(new float[3], path);", "TK0002", "torch.save_checkpoint(new float[3], path);")]
    [InlineData("torch.save(model.weight, path);", "TK0002", "torch.save_checkpoint(model.weight, path);")]
    [InlineData("save(tensor, path);", "TK0002", "torch.save_checkpoint(tensor, path);")]
    [InlineData("tensor.save(path);", "TK0002", "torch.save_checkpoint(tensor, path);")]
    [InlineData("model.load(path);", "TK0003", "model.load_state_dict(path);")]
    [InlineData("model.load(path, strict: false);", "TK0003", "model.load_state_dict(path, strict: false);")]
    [InlineData("model.load(stream);", "TK0003", "model.load_state_dict(torch.load(stream));")]
    [InlineData("any.load(path);", "TK0003", "any.load_state_dict(path);")]
    [InlineData("model.save(path);", "TK0004", "torch.save(model.state_dict(keep_vars: false), path);")]
    [InlineData("model.save(stream);", "TK0004", "torch.save(model.state_dict(keep_vars: false), stream);")]
    [InlineData("model.load_state_dict(dictionary);", "TK0005", "model.load_state_dict(dictionary, assign: false);")]
    [InlineData("model.load_state_dict(dictionary, false);", "TK0005", "model.load_state_dict(dictionary, strict: false, assign: false);")]
    [InlineData("model.load_state_dict(source: dictionary);", "TK0005", "model.load_state_dict(dictionary, assign: false);")]
    [InlineData("model.load_state_dict(other.state_dict());", "TK0005", "model.load_state_dict(other.state_dict(), assign: false);")]
    [InlineData("var state = model.state_dict();", "TK0006", "var state = model.state_dict(keep_vars: false);")]
    [InlineData("torch.save(model.state_dict(), path);", "TK0006", "torch.save(model.state_dict(keep_vars: false), path);")]
    [InlineData("Take(model.state_dict());", "TK0006", "Take(model.state_dict(keep_vars: false));")]
    [InlineData("foreach (var (name, value) in model.state_dict()) { }", "TK0006", "foreach (var (name, value) in model.state_dict(keep_vars: false)) { }")]
    [InlineData("var state = model.state_dict(prefix: \"net\");", "TK0006", "var state = model.state_dict(keep_vars: false, prefix: \"net.\");")]
    [InlineData("var state = model.state_dict(null, path);", "TK0006", "var state = model.state_dict(keep_vars: false, prefix: path + \".\");")]
    [InlineData("optimizer.load_state_dict(path);", "TK0007", "optimizer.load_state_dict(torch.load(path, weights_only: true));")]
    [InlineData("optimizer.save_state_dict(path);", "TK0007", "torch.save(optimizer.state_dict(), path);")]
    public async Task ACallIsFoundAndReplaced(string statement, string id, string replacement)
    {
        var program = await Statements.Check(statement);
        Assert.Empty(program.Errors);
        Assert.Equal(id, program.Ids);

        var repaired = await program.Fixed(id);
        Assert.Empty(repaired.Errors);
        Assert.Equal(replacement, Statements.Of(repaired));
        Assert.DoesNotContain(id, repaired.Ids, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.load(path, true, null, new Dictionary<string, bool>());", "TK0003")]
    [InlineData("model.load(path, skip: new[] { \"bias\" });", "TK0003")]
    [InlineData("var same = model.load(path);", "TK0003")]
    [InlineData("using var reader = new BinaryReader(stream); model.load(reader);", "TK0003")]
    [InlineData("model.save(path, new[] { \"bias\" });", "TK0004")]
    [InlineData("var (missing, unexpected) = model.load_state_dict(dictionary, false);", "TK0005")]
    [InlineData("model.load_state_dict(dictionary, true, new[] { \"bias\" });", "TK0005")]
    [InlineData("Dictionary<string, Tensor> state = model.state_dict();", "TK0006")]
    [InlineData("model.state_dict(dictionary);", "TK0006")]
    [InlineData("using var reader = new BinaryReader(stream); optimizer.load_state_dict(reader);", "TK0007")]
    [InlineData("optimizer.load_state_dict(optimizer.state_dict());", "TK0008")]
    public async Task ACallWhoseReplacementWouldNotFitIsFoundAlone(string statement, string id)
    {
        var program = await Statements.Check(statement);
        Assert.Empty(program.Errors);
        Assert.Equal(id, program.Ids);
        Assert.Empty(await program.Actions(id));
    }

    [Theory]
    [InlineData("using var loaded = torch.load(path, weights_only: true);")]
    [InlineData("using var loaded = torch.load(path, map_location: \"cpu\");")]
    [InlineData("using var loaded = torch.load_checkpoint(path);")]
    [InlineData("torch.save_checkpoint(tensor, path);")]
    [InlineData("torch.save(model, path);")]
    [InlineData("torch.save(new List<Tensor> { tensor }, path);")]
    [InlineData("torch.save(optimizer.state_dict(), path);")]
    [InlineData("torch.save(model.state_dict(keep_vars: false), path);")]
    [InlineData("model.load_state_dict(path);")]
    [InlineData("model.load_state_dict(dictionary, assign: false);")]
    [InlineData("optimizer.load_state_dict(given[\"optimizer\"]);")]
    [InlineData("using var script = torch.jit.load(path); script.save(path);")]
    [InlineData("using var writer = new BinaryWriter(stream); tensor.Save(writer);")]
    public async Task ACallOfTorchkeepIsNot(string statement)
    {
        var program = await Statements.Check(statement);
        Assert.Empty(program.Errors);
        Assert.Equal("", program.Ids);
    }

    [Fact]
    public async Task AVariableMayBeATensorOrACheckpoint()
    {
        var program = await Statements.Check("using var loaded = torch.load(path);");
        Assert.Equal(["Write torch.load(path, weights_only: true)", "Write torch.load_checkpoint(path).tensor()"], (await program.Actions("TK0001")).Select(action => action.Title.Replace("TorchSharp.", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ALoadThatDoesNotCompileIsReplacedByOneThatDoes()
    {
        var program = await Statements.Check("model.load_state_dict(torch.load(path));");
        Assert.Equal("CS1503", Assert.Single(program.Errors).Id);
        var repaired = await program.Fixed("TK0001");
        Assert.Empty(repaired.Errors);
        Assert.Equal("model.load_state_dict(torch.load(path, weights_only: true));", Statements.Of(repaired));
    }

    [Fact]
    public async Task BeforeCSharp14TheClassIsNamed()
    {
        var program = await Statements.Check("torch.save(tensor, path);", LanguageVersion.CSharp13);
        var repaired = await program.Fixed("TK0002");
        Assert.Empty(repaired.Errors);
        Assert.Equal("TorchExtensions.save_checkpoint(tensor, path);", Statements.Of(repaired));
    }

    [Fact]
    public async Task TheUsingIsAddedWhereItIsMissing()
    {
        var program = await Checked.Program("using TorchSharp;\n\nusing var tensor = torch.ones(1);\ntorch.save(tensor, \"t.pt\");\n");
        var repaired = await program.Fixed("TK0002");
        Assert.Empty(repaired.Errors);
        Assert.Equal("using TorchSharp;\nusing Torchkeep;\n\nusing var tensor = torch.ones(1);\ntorch.save_checkpoint(tensor, \"t.pt\");\n", repaired.Source);
    }

    [Fact]
    public async Task AnOverrideMayCallWhatItOverrides()
    {
        var program = await Checked.Program(
            """
            using System.Collections.Generic;
            using TorchSharp;
            using static TorchSharp.torch;

            using var net = new Net();

            sealed class Net() : nn.Module<Tensor, Tensor>("net")
            {
                public override Tensor forward(Tensor input) => input;

                public override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null) => base.state_dict(destination, prefix);

                public void Keep() => save("own");
            }
            """);
        Assert.Empty(program.Errors);
        Assert.Equal("TK0004", program.Ids);
    }

    [Fact]
    public async Task AProgramWithoutTorchkeepIsLeftAlone()
    {
        var program = await Checked.Program("using TorchSharp;\n\nusing var tensor = torch.ones(1);\ntorch.save(tensor, \"t.pt\");\n", withTorchkeep: false);
        Assert.Empty(program.Errors);
        Assert.Equal("", program.Ids);
    }
}
