using System.Globalization;
using Torchkeep.Interop.Tests.EntireModels.Models;
using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep.Interop.Tests.EntireModels;

/// <summary>Models of classes that are not of torch.nn.</summary>
public sealed class ModelTests : TorchSharpTests
{
    public static TheoryData<string> Pythons => Interpreters.Theory;

    [Theory]
    [MemberData(nameof(Pythons))]
    public void AClassThatWasRenamedAndMovedIsOneLine(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        EntireModel.Run(judge, folder, "save_net('old.place', 'Net', 'old.pt'); lines = []");
        var registry = new ModuleRegistry().map<TheModelClass>();

        using var model = torch.load_model<TheModelClass>(folder["old.pt"], registry);

        Assert.False(model.training);
        Assert.True(model.named_children().Single(child => child.name == "head").module.training);
        var hidden = Assert.Throws<NotSupportedException>(() => torch.save(model, folder["ours.pt"], registry));
        Assert.Contains("does not tell the setting 'padding_idx' of 'embed' (Embedding)", hidden.Message, StringComparison.Ordinal);
        registry.describe(model.embed, ("padding_idx", null), ("max_norm", null), ("scale_grad_by_freq", false), ("sparse", false));
        torch.save(model, folder["ours.pt"], registry);
        using var again = torch.load_model<TheModelClass>(folder["ours.pt"], registry);
        foreach (var module in new[] { model, again })
        {
            module.eval();
            CheckOutputs(module, folder["called.pt"]);
        }

        var lines = EntireModel.Run(judge, folder, "lines = check_net('ours.pt')");
        Assert.Equal(
            ["net.TheModelClass", "True", "2.0", "[False, False, False, True, True, True]",
                "['embed.weight', 'gain', 'head.1.weight', 'lstm.bias_hh_l0', 'lstm.bias_ih_l0', 'lstm.weight_hh_l0', 'lstm.weight_ih_l0']"],
            lines[..5]);
        Assert.InRange(double.Parse(lines[5], CultureInfo.InvariantCulture), 0, Outputs.Tolerance);
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public void TheErrorForUnknownClassesHasAllThatAMappingNeeds(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        EntireModel.Run(judge, folder, "save_deep(); lines = []");

        var error = Assert.Throws<UnknownClassException>(() => torch.load_model(folder["deep.pt"]));

        Assert.Equal(["deep.inside.Core", "deep.Tail"], error.classes);
        Assert.Contains("deep.inside.Core: 2 times, first at '1.1.0'", error.Message, StringComparison.Ordinal);
        Assert.Contains("settings: width=4, kind='wide'", error.Message, StringComparison.Ordinal);
        Assert.Contains("children: first (Linear), norm (BatchNorm1d)", error.Message, StringComparison.Ordinal);
        Assert.Contains("deep.Tail: once, at '1.1.2'", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            ".map(\"deep.inside.Core\", saved => new Core(saved.child<Linear>(\"first\"), saved.child<BatchNorm1d>(\"norm\")))", error.Message, StringComparison.Ordinal);
        Assert.Contains(".map<Tail>(\"deep.Tail\")", error.Message, StringComparison.Ordinal);
        using var loaded = torch.load(folder["deep.pt"], weights_only: true);
        Assert.Equal(["0.weight", "0.bias", "1.1.0.first.weight"], loaded.state_dict().Keys.Take(3));

        // With classes of these names the mapping is as it has to be.
        using var scope = torch.NewDisposeScope();
        using var model = torch.load_model<Sequential>(folder["deep.pt"], MappingIn(error.Message));
        Assert.Equal(loaded.state_dict().Select(entry => (entry.Key, Bits.Of(entry.Value))), model.state_dict(keep_vars: false).Select(entry => (entry.Key, Bits.Of(entry.Value))));
    }

    [Theory]
    [InlineData("alexnet")]
    [InlineData("vgg11")]
    [InlineData("resnet18")]
    [InlineData("mobilenet_v2")]
    [InlineData("squeezenet1_0")]
    public void ATorchVisionModelRunsWithAFactoryForEachClassOfItsOwn(string name)
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        EntireModel.Run(judge, folder, $"save_vision(['{name}']); lines = []");
        using var scope = torch.NewDisposeScope();

        using var model = torch.load_model<torch.nn.Module<torch.Tensor, torch.Tensor>>(folder[$"{name}.pt"], TorchVision.Registry);

        CheckOutputs(model, folder[$"{name}.called.pt"]);
    }

    [Theory]
    [InlineData("002_model.pkl", "LinearRegression", 1)]
    [InlineData("003_model.pkl", "LogisticRegression", 784)]
    public void AModelOf2017RunsAfterOneMapping(string file, string name, long inputs)
    {
        var path = Path.Combine(Repository.Corpus, "files", file);
        Assert.SkipUnless(File.Exists(path), $"there is no corpus at {Repository.Corpus}; TORCHKEEP_CORPUS names it");
        var unknown = Assert.Throws<UnknownClassException>(() => torch.load_model(path));
        Assert.Equal([$"__main__.{name}"], unknown.classes);
        var registry = new ModuleRegistry().map($"__main__.{name}", saved => saved.sequential());
        using var scope = torch.NewDisposeScope();

        using var model = torch.load_model<torch.nn.Module<torch.Tensor, torch.Tensor>>(path, registry);

        using var loaded = torch.load(path, weights_only: true);
        var state = loaded.state_dict();
        var input = torch.ones(2, inputs);
        Assert.Equal(["linear.weight", "linear.bias"], state.Keys);
        Outputs.Check([torch.nn.functional.linear(input, state["linear.weight"], state["linear.bias"])], [model.call(input).detach()]);
    }

    [Theory]
    [InlineData("101_example_model_v2_trained_on_cuda.pt")]
    [InlineData("102_example_model_v2_regression_quantile_mol.pt")]
    public void AWholeModuleInACheckpointGivesItsTensorsAndWhatIsUnknown(string file)
    {
        var path = Path.Combine(Repository.Corpus, "files", file);
        Assert.SkipUnless(File.Exists(path), $"there is no corpus at {Repository.Corpus}; TORCHKEEP_CORPUS names it");
        using var loaded = torch.load(path, "cpu");
        var transform = loaded["hyper_parameters"]["predictor"]["output_transform"];

        Assert.Equal(["chemprop.nn.transforms.UnscaleTransform"], Assert.Throws<UnknownClassException>(() => transform.module()).classes);
        Assert.Equal(["mean", "scale"], transform.state_dict().Keys);
        var graph = loaded["hyper_parameters"]["message_passing"]["graph_transform"];
        var unknown = Assert.Throws<UnknownClassException>(() => graph.module());
        Assert.Equal(["chemprop.nn.transforms.GraphTransform"], unknown.classes);
        Assert.Contains("children: V_transform (Identity), E_transform (Identity)", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AScriptedModelSaysThatItsSettingsAreInCode()
    {
        var path = Path.Combine(Repository.Corpus, "files", "168_linrelu.script.dat");
        Assert.SkipUnless(File.Exists(path), $"there is no corpus at {Repository.Corpus}; TORCHKEEP_CORPUS names it");

        var error = Assert.Throws<NotSupportedException>(() => torch.load_model(path));

        Assert.Contains("'0' (torch.nn.modules.linear.Linear) does not say its setting 'in_features': TorchScript has settings in its code alone", error.Message, StringComparison.Ordinal);
        Assert.Contains("torch.jit.load", error.Message, StringComparison.Ordinal);
        using var loaded = torch.load(path, weights_only: true);
        Assert.Equal(["0.weight", "0.bias"], loaded.state_dict().Keys);
    }

    private static ModuleRegistry MappingIn(string message)
    {
        const string Start = "var registry = ";
        var mapping = message[message.IndexOf(Start, StringComparison.Ordinal)..];
        var assembly = GeneratedCode.Compile($$"""
            using Torchkeep;
            using TorchSharp.Modules;
            using static TorchSharp.torch;

            public static class Mapping
            {
                public static ModuleRegistry Make()
                {
                    {{mapping[..(mapping.IndexOf(';', StringComparison.Ordinal) + 1)]}}
                    return registry;
                }
            }

            public sealed class Core : nn.Module<Tensor, Tensor>
            {
                private readonly Linear first;
                private readonly BatchNorm1d norm;

                public Core(Linear first, BatchNorm1d norm) : base(nameof(Core))
                {
                    (this.first, this.norm) = (first, norm);
                    RegisterComponents();
                }

                public override Tensor forward(Tensor input) => norm.call(first.call(input));
            }

            public sealed class Tail() : nn.Module<Tensor, Tensor>(nameof(Tail))
            {
                public override Tensor forward(Tensor input) => input;
            }
            """);
        return (ModuleRegistry)assembly.GetType("Mapping")!.GetMethod("Make")!.Invoke(null, null)!;
    }

    private static void CheckOutputs(torch.nn.Module module, string path)
    {
        using var called = torch.load(path, weights_only: true);
        Outputs.Check(called["outputs"].tensors(), ModuleCalls.Call(module, [.. called["inputs"].tensors()]));
    }
}
