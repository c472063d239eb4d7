using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PublicApi.Tests.Snippets;

/// <summary>Entire models saved and loaded.</summary>
public sealed class EntireModels : Sandbox
{
    private const string PATH = "model.pt";

    [Fact]
    public void ARowOfLayersNeedsNoMapping()
    {
        var model = nn.Sequential(("conv", nn.Conv2d(1, 8, 3)), ("act", nn.ReLU()), ("flat", nn.Flatten()), ("fc", nn.Linear(8 * 6 * 6, 10)));
        torch.save(model, PATH);

        var again = torch.load_model<Sequential>(PATH);
        again.eval();

        using var input = randn(2, 1, 8, 8);
        Assert.True(model.call(input).Equals(again.call(input)));
    }

    [Fact]
    public void AClassOfYoursIsMappedByItsAttribute()
    {
        #region whole-class
        var model = new TheModelClass { temperature = 2 };
        var registry = new ModuleRegistry().map<TheModelClass>();
        registry.describe(model.embed, ("padding_idx", null), ("max_norm", null), ("scale_grad_by_freq", false), ("sparse", false));
        torch.save(model, PATH, registry);

        var again = torch.load_model<TheModelClass>(PATH, registry);
        again.eval();
        #endregion

        using var input = arange(10, ScalarType.Int64);
        again.temperature = 2;
        Assert.True(model.call(input).Equals(again.call(input)));
    }

    [Fact]
    public void WhatWasRenamedIsOneLine()
    {
        var model = new TheModelClass();
        var older = new ModuleRegistry().map<TheModelClass>("experiments.2023.ModelV1");
        older.describe(model.embed, ("padding_idx", null), ("max_norm", null), ("scale_grad_by_freq", false), ("sparse", false));
        torch.save(model, PATH, older);

        #region whole-renamed
        var registry = new ModuleRegistry()
            .map<TheModelClass>("experiments.2023.ModelV1", "experiments.*.Net");
        var again = torch.load_model<TheModelClass>(PATH, registry);
        #endregion

        Assert.Equal(model.state_dict(keep_vars: false).Keys, again.state_dict(keep_vars: false).Keys);
        using var byAttribute = torch.load_model<TheModelClass>(PATH, new ModuleRegistry().map<TheModelClass>());
        Assert.True(byAttribute.training);
    }

    [Fact]
    public void AFactoryGetsSettingsAndLayers()
    {
        Checkpoint.Save(Sequence(BlockRecord(0.5), BlockRecord(2)), PATH);

        #region whole-factory
        var registry = new ModuleRegistry()
            .map("net.blocks.Block", saved => new Block(saved))
            .map("torchvision.ops.misc.*", saved => saved.sequential());
        var model = torch.load_model<Sequential>(PATH, registry);
        #endregion

        Assert.Equal([0.5, 2], model.children().Cast<Block>().Select(block => block.scale));
    }

    [Fact]
    public void TheErrorIsTheMappingToStartFrom()
    {
        Checkpoint.Save(Sequence(BlockRecord(0.5), BlockRecord(2)), PATH);

        #region whole-unknown
        try
        {
            torch.load_model(PATH);
        }
        catch (UnknownClassException error)
        {
            Console.WriteLine(error.Message);
        }
        #endregion

        Assert.Contains("net.blocks.Block: 2 times, first at '0'", string.Join('\n', Written), StringComparison.Ordinal);
        Assert.Contains("        .map(\"net.blocks.Block\", saved => new Block(saved.child<Linear>(\"up\"), saved.child<Linear>(\"down\")));", Written);
    }

    [Fact]
    public void BothAreInOneFile()
    {
        #region whole-both
        using var model = nn.Sequential(("fc", nn.Linear(4, 2)));
        torch.save(
            new Dictionary<string, object?>
            {
                ["model"] = model,
                ["state_dict"] = model.state_dict(keep_vars: false),
            },
            PATH);

        using var loaded = torch.load(PATH, weights_only: true);
        var again = loaded["model"].module<Sequential>();
        model.load_state_dict(loaded["state_dict"]);
        #endregion

        Assert.True(((Linear)model[0]).weight!.Equals(((Linear)again[0]).weight!));
        using var file = Checkpoint.Open(PATH);
        Assert.Same(file.FindTensor("state_dict.fc.weight").Storage, file.FindModule("model")!.Children["fc"]!.Parameters["weight"]!.View.Storage);
    }

    [Fact]
    public void TheWeightsNeedNoClass()
    {
        Checkpoint.Save(Sequence(BlockRecord(0.5)), PATH);
        var network = nn.Sequential(nn.Sequential(("up", nn.Linear(2, 3)), ("down", nn.Linear(3, 2))));

        #region whole-state
        network.load_state_dict(PATH);
        #endregion

        Assert.Equal(["0.up.weight", "0.up.bias", "0.down.weight", "0.down.bias"], network.state_dict(keep_vars: false).Keys);
    }

    private static PyObject Sequence(params PyObject[] blocks) =>
        Record("torch.nn.modules.container", "Sequential", [], [], [.. blocks.Select((block, i) => ($"{i}", (PyValue)block))]);

    private static PyObject BlockRecord(double scale) =>
        Record("net.blocks", "Block", [("scale", scale)], [], [("up", LinearRecord(2, 3)), ("down", LinearRecord(3, 2))]);

    private static PyObject LinearRecord(long inputs, long outputs) => Record(
        "torch.nn.modules.linear",
        "Linear",
        [("in_features", inputs), ("out_features", outputs)],
        [
            ("weight", new PyTensor(TensorView.FromArray(new float[inputs * outputs], ElementType.Float32, outputs, inputs), requiresGrad: true, isParameter: true)),
            ("bias", new PyTensor(TensorView.FromArray(new float[outputs], ElementType.Float32, outputs), requiresGrad: true, isParameter: true)),
        ],
        []);

    private static PyObject Record(string module, string name, (string Name, PyValue Value)[] settings, (string Name, PyValue Value)[] parameters, (string Name, PyValue Value)[] children)
    {
        var state = new PyDict { { "training", true }, { "_parameters", Dict(parameters) }, { "_buffers", new PyDict() }, { "_modules", Dict(children) } };
        foreach (var (setting, value) in settings)
        {
            state[setting] = value;
        }

        return new(PyObjectKind.New, new PyGlobal(module, name), PyTuple.Empty) { State = state };
    }

    private static PyDict Dict((string Name, PyValue Value)[] entries)
    {
        var dict = new PyDict();
        foreach (var (name, value) in entries)
        {
            dict[name] = value;
        }

        return dict;
    }
}
