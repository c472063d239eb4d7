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
    public void OfLayersWithOtherTensorsThanTheirs(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var names = EntireModel.Run(
            judge, folder, """
            from torch.nn.utils import prune
            models = {}

            def changed(name, module, change):
                change(module)
                models[name] = nn.Sequential(module, nn.ReLU())

            norm, spectral = nn.utils.weight_norm, nn.utils.spectral_norm
            for name, make in {"linear": lambda: nn.Linear(3, 2), "conv": lambda: nn.Conv1d(2, 4, 3, groups=2), "up": lambda: nn.ConvTranspose2d(2, 4, 3, groups=2), "embed": lambda: nn.Embedding(5, 3)}.items():
                changed(name, make(), lambda m: None)
                changed(name + "_weight_norm", make(), norm)
                changed(name + "_spectral_norm", make(), spectral)
                changed(name + "_pruned", make(), lambda m: prune.l1_unstructured(m, "weight", 0.5))
                changed(name + "_parameter", make(), lambda m: m.register_parameter("extra", nn.Parameter(torch.ones(2))))
                changed(name + "_buffer", make(), lambda m: m.register_buffer("mask", torch.ones(2)))
                changed(name + "_unsaved", make(), lambda m: m.register_buffer("mask", torch.ones(2), persistent=False))
                changed(name + "_shape", make(), lambda m: setattr(m, "weight", nn.Parameter(torch.ones(5, 7))))
                changed(name + "_none", make(), lambda m: setattr(m, "weight", None))
                changed(name + "_child", make(), lambda m: m.add_module("child", nn.Linear(1, 1)))
            for name, make in {"batch": lambda: nn.BatchNorm1d(2), "instance": lambda: nn.InstanceNorm1d(2, affine=True, track_running_stats=True)}.items():
                changed(name, make(), lambda m: None)
                changed(name + "_count", make(), lambda m: setattr(m, "num_batches_tracked", None))
                changed(name + "_shape", make(), lambda m: setattr(m, "running_mean", torch.ones(3)))
                changed(name + "_bias", make(), lambda m: setattr(m, "bias", None))
                changed(name + "_mean", make(), lambda m: setattr(m, "running_mean", None))
            for name, make in {"lstm": lambda: nn.LSTM(3, 2, num_layers=2, bidirectional=True), "gru": lambda: nn.GRU(3, 2), "rnn": lambda: nn.RNN(3, 2)}.items():
                changed(name, make(), lambda m: None)
                changed(name + "_weight_norm", make(), lambda m: norm(m, "weight_hh_l0"))
                changed(name + "_pruned", make(), lambda m: prune.l1_unstructured(m, "weight_ih_l0", 0.5))
            changed("cell_pruned", nn.LSTMCell(3, 2), lambda m: prune.l1_unstructured(m, "weight_ih", 0.5))
            changed("norm_shape", nn.LayerNorm(4), lambda m: setattr(m, "weight", nn.Parameter(torch.ones(2))))
            changed("group_shape", nn.GroupNorm(2, 4), lambda m: setattr(m, "bias", nn.Parameter(torch.ones(2))))
            changed("prelu_shape", nn.PReLU(3), lambda m: setattr(m, "weight", nn.Parameter(torch.ones(2))))
            changed("relu_buffer", nn.ReLU(), lambda m: m.register_buffer("steps", torch.ones(2)))
            changed("attention", nn.MultiheadAttention(4, 2), lambda m: None)
            changed("attention_pruned", nn.MultiheadAttention(4, 2), lambda m: prune.l1_unstructured(m, "in_proj_weight", 0.5))
            changed("attention_out", nn.MultiheadAttention(4, 2), lambda m: norm(m.out_proj))
            changed("attention_bias", nn.MultiheadAttention(4, 2), lambda m: setattr(m.out_proj, "bias", None))
            changed("layer_pruned", nn.TransformerEncoderLayer(4, 2, 3), lambda m: prune.l1_unstructured(m.linear1, "weight", 0.5))
            changed("encoder_norm", nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 3), 2), lambda m: norm(m.layers[1].linear2))
            for name, model in models.items():
                torch.save(model, path + "/" + name + ".pt")
            lines = list(models)
            """);

        Assert.True(names.Count > 60);
        Assert.All(names, name => Check(folder[$"{name}.pt"]));
        Assert.All(["linear", "conv", "up", "embed", "batch", "lstm", "attention"], name => Assert.DoesNotContain("Module :", CommandLine.Run("scaffold", folder[$"{name}.pt"]), StringComparison.Ordinal));
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
