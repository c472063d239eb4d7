using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;

namespace Torchkeep.Interop.Tests.EntireModels;

/// <summary>What torchkeep scaffold writes compiles without a warning, and takes the file's weights under strict.</summary>
public sealed class ScaffoldTests : TorchSharpTests
{
    public static TheoryData<string> Pythons => Interpreters.Theory;

    [Theory]
    [MemberData(nameof(Pythons))]
    public void OfModelsOfOwnClasses(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var names = EntireModel.Run(judge, folder, "lines = save_nets()");

        Assert.Equal(10, names.Count);
        Assert.All(names, name => Check(folder[$"{name}.pt"]));
    }

    [Theory]
    [InlineData("alexnet", "vgg11", "resnet18", "mobilenet_v2", "squeezenet1_0")]
    public void OfTorchVisionsModels(params string[] names)
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        EntireModel.Run(judge, folder, $"save_vision([{string.Join(", ", names.Select(name => $"'{name}'"))}]); lines = []");

        Assert.All(names, name => Check(folder[$"{name}.pt"]));
    }

    [Theory]
    [InlineData("002_model.pkl")]
    [InlineData("003_model.pkl")]
    [InlineData("168_linrelu.script.dat")]
    [InlineData("170_shakespeare.pt.zip")]
    [InlineData("101_example_model_v2_trained_on_cuda.pt", "hyper_parameters.predictor.output_transform")]
    [InlineData("102_example_model_v2_regression_quantile_mol.pt", "hyper_parameters.message_passing.graph_transform")]
    public void OfTheCorpus(string file, string? path = null)
    {
        var full = Path.Combine(Repository.Corpus, "files", file);
        Assert.SkipUnless(File.Exists(full), $"there is no corpus at {Repository.Corpus}; TORCHKEEP_CORPUS names it");

        Check(full, path);
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public void OfEveryLayer(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        EntireModel.Run(judge, folder, "lines = save_layers()");

        var code = Check(folder["nested.pt"]);

        // A class for a layer that TorchSharp has is one that the table of factories lacks.
        Assert.Equal(
            ["BCELossModule", "BCEWithLogitsLossModule", "CrossEntropyLossModule", "FractionalMaxPool2dModule", "MultiLabelSoftMarginLossModule", "MultiMarginLossModule", "NLLLossModule",
                "Nested", "TripletMarginWithDistanceLossModule"],
            code.Split('\n').Where(line => line.StartsWith("public sealed class ", StringComparison.Ordinal)).Select(line => line.Split(' ')[3].TrimEnd('2')).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public void ASequentialRuns(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        EntireModel.Run(
            judge, folder, """
            net = randomize(nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Sequential(collections.OrderedDict(pool=nn.AdaptiveAvgPool2d((2, 1)), flat=nn.Flatten())), nn.Linear(8, 3)))
            torch.save(net, path + "/model.pt")
            inputs = [torch.randn(2, 3, 6, 5)]
            torch.save({"inputs": inputs, "outputs": call(net, inputs)}, path + "/called.pt")
            lines = []
            """);
        var code = CommandLine.Run("scaffold", folder["model.pt"]);
        using var scope = torch.NewDisposeScope();
        using var model = GeneratedCode.Make(code);
        using var loaded = torch.load(folder["model.pt"], weights_only: true);
        using var called = torch.load(folder["called.pt"], weights_only: true);

        model.load_state_dict(loaded);
        model.eval();

        Assert.DoesNotContain("TODO", code, StringComparison.Ordinal);
        Outputs.Check(called["outputs"].tensors(), ModuleCalls.Call(model, [.. called["inputs"].tensors()]));
    }

    [Fact]
    public void ANamespaceIsWhereTheClassesAre()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        EntireModel.Run(judge, folder, "both = actor_critic(); torch.save({'actor': both.actor, 'critic': both.critic}, path + '/a.pt'); lines = []");

        using var model = GeneratedCode.Make(CommandLine.Run("scaffold", folder["a.pt"], "--namespace", "My.Models", "--model", "critic"));

        Assert.Equal("My.Models.Critic", model.GetType().FullName);
    }

    private static string Check(string file, string? path = null)
    {
        var code = CommandLine.Run(["scaffold", file, .. path is null ? Array.Empty<string>() : ["--model", path]]);
        using var scope = torch.NewDisposeScope();
        using var model = GeneratedCode.Make(code);
        using var checkpoint = Checkpoint.Open(file);
        using var loaded = torch.load(file, "cpu");
        var part = (path ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries).Aggregate(loaded, (at, key) => at[key]);
        var expected = part.state_dict();

        model.load_state_dict(expected, strict: true);

        // What the file's dtype is, the module's may not be.
        var actual = model.state_dict(keep_vars: false);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, entry => Assert.Equal(Bits.Of(entry.Value), Bits.Of(actual[entry.Key])));
        return code;
    }
}
