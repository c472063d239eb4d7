using System.Xml.Linq;

namespace Torchkeep.Analyzers.Tests;

/// <summary>The documentation of the package Torchkeep.TorchSharp.</summary>
public sealed class ExampleTests
{
    private static readonly XDocument _documentation = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Torchkeep.TorchSharp.xml"));

    public static TheoryData<string> Examples => [.. _documentation.Descendants("code").Select(code => code.Value).Distinct()];

    [Theory, MemberData(nameof(Examples))]
    public async Task AnExampleCompilesWithoutAWarning(string code)
    {
        var program = await Statements.Check(code.Contains("await ", StringComparison.Ordinal) ? $"async Task Wait()\n{{\n{code}\n}}\n\n_ = Wait();" : code);
        Assert.Empty(program.Errors);
        Assert.Equal("", program.Ids);
    }

    // F#, Visual Basic and older C# see these, by names that the compiler documents with a reference to one that it made up.
    [Fact]
    public void TheClassicFormOfAnExtensionHasItsTextAndItsReceiver()
    {
        Assert.DoesNotContain(_documentation.Descendants("inheritdoc"), element => element.Attribute("cref") is not null);
        var load = _documentation.Descendants("member").Single(member =>
            (string?)member.Attribute("name") == "M:Torchkeep.ModuleExtensions.load_state_dict(TorchSharp.torch.nn.Module,System.String,System.Boolean,System.Boolean,System.IProgress{Torchkeep.LoadProgress},System.Threading.CancellationToken)");
        Assert.NotNull(load.Element("summary"));
        Assert.Equal(["module", "f", "strict", "assign", "progress", "cancellationToken"], load.Elements("param").Select(parameter => (string?)parameter.Attribute("name")));

        var save = _documentation.Descendants("member").Single(member => (string?)member.Attribute("name") == "M:Torchkeep.TorchExtensions.save(Torchkeep.StateDict,System.String)");
        Assert.Equal(["obj", "f"], save.Elements("param").Select(parameter => (string?)parameter.Attribute("name")));
    }
}
