using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Torch;

/// <summary>Where a state_dict is found, and what is said when there is none.</summary>
public sealed class FindStateDictTests
{
    [Fact]
    public void ADictionaryOfTensorsIsOneItself()
    {
        using var checkpoint = Open(State("weight"));
        Assert.Same(checkpoint.Root, checkpoint.FindStateDict());
    }

    [Fact]
    public void AnEmptyOneIsOneToo()
    {
        using var checkpoint = Open(new PyDict(isOrdered: true) { Attributes = new PyDict { ["_metadata"] = new PyDict() } });
        Assert.Same(checkpoint.Root, checkpoint.FindStateDict());
        using var bare = Open(new PyDict(isOrdered: true));
        Assert.Same(bare.Root, bare.FindStateDict());
    }

    [Theory]
    [InlineData("state_dict", "model_state_dict")]
    [InlineData("model_state_dict", "model")]
    [InlineData("model", "module")]
    [InlineData("module", "ema")]
    [InlineData("ema", "generator")]
    public void TheSurerNameIsTaken(string surer, string other)
    {
        using var checkpoint = Open(new PyDict { [other] = State("other"), ["epoch"] = 3, [surer] = State("surer") });
        Assert.Equal(["surer"], Keys(checkpoint.FindStateDict()));
        Assert.Equal(["other"], Keys(checkpoint.FindStateDict(other)));
    }

    [Fact]
    public void AUsualNameThatHoldsNoneIsPassedOver()
    {
        using var checkpoint = Open(new PyDict { ["state_dict"] = PyNone.Value, ["model"] = "resnet18", ["ema"] = new PyDict { ["module"] = State("inner"), ["decay"] = 0.9 } });
        Assert.Equal(["inner"], Keys(checkpoint.FindStateDict()));
    }

    [Fact]
    public void UnderAnotherNameOneIsTakenAndOfTwoNone()
    {
        var optimizer = new PyDict { ["state"] = new PyDict { [0] = new PyDict { ["exp_avg"] = Tensor() } }, ["param_groups"] = new PyList() };
        using var one = Open(new PyDict { ["net"] = State("net"), ["optimizer"] = optimizer });
        Assert.Equal(["net"], Keys(one.FindStateDict()));

        using var two = Open(new PyDict { ["generator"] = State("a"), ["discriminator"] = State("b"), ["optimizer"] = optimizer });
        var error = Assert.Throws<KeyNotFoundException>(() => two.FindStateDict());
        Assert.Contains("2 state_dicts", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("$['generator'], $['discriminator']", error.Message, StringComparison.Ordinal);
        Assert.Equal(["b"], Keys(two.FindStateDict("discriminator")));
    }

    [Fact]
    public void OneDictionaryUnderTwoNamesIsNoChoice()
    {
        var state = State("weight");
        using var checkpoint = Open(new PyDict { ["first"] = state, ["second"] = state });
        Assert.Equal(["weight"], Keys(checkpoint.FindStateDict()));
    }

    [Theory]
    [InlineData("runs.best.net")]
    [InlineData("$['runs']['best']['net']")]
    [InlineData("runs.list.1")]
    [InlineData("$['runs']['list'][1]")]
    [InlineData("dotted.key.net")]
    [InlineData("$['dotted.key']['net']")]
    public void AnyPathLeadsThere(string path)
    {
        using var checkpoint = Open(new PyDict
        {
            ["runs"] = new PyDict { ["best"] = new PyDict { ["net"] = State("x"), ["twin"] = State("y") }, ["list"] = new PyList(State("z"), State("x")) },
            ["dotted.key"] = new PyDict { ["net"] = State("x"), ["twin"] = State("y") },
        });
        Assert.Equal(["x"], Keys(checkpoint.FindStateDict(path)));
    }

    [Fact]
    public void APathThatCanBeReadInTwoWaysIsRefused()
    {
        using var checkpoint = Open(new PyDict { ["a.b"] = State("x"), ["a"] = new PyDict { ["b"] = State("y") } });
        var error = Assert.Throws<KeyNotFoundException>(() => checkpoint.FindStateDict("a.b"));
        Assert.Contains("$['a.b'] and as $['a']['b']", error.Message, StringComparison.Ordinal);
        Assert.Equal(["y"], Keys(checkpoint.FindStateDict("$['a']['b']")));
        Assert.Contains("nothing at 'a.c'", Assert.Throws<KeyNotFoundException>(() => checkpoint.FindStateDict("a.c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TensorsAmongOtherValuesAreTakenWhenTheyAreNamed()
    {
        using var checkpoint = Open(new PyDict { ["weight"] = Tensor(), ["epoch"] = 3 });
        var error = Assert.Throws<KeyNotFoundException>(() => checkpoint.FindStateDict());
        Assert.Contains("give the path '$'", error.Message, StringComparison.Ordinal);
        Assert.Same(checkpoint.Root, checkpoint.FindStateDict("$"));
    }

    [Fact]
    public void WhatThereIsIsSaidWhenThereIsNone()
    {
        using var checkpoint = Open(new PyDict { ["epoch"] = 3, ["loss"] = new PyList(1, 2) });
        var error = Assert.Throws<KeyNotFoundException>(() => checkpoint.FindStateDict());
        Assert.Equal("there is no state_dict and no module in '$', which is dict of 2 with ['epoch'], ['loss']", error.Message);
        Assert.Throws<KeyNotFoundException>(() => checkpoint.FindStateDict("loss"));
        Assert.Throws<KeyNotFoundException>(() => checkpoint.FindStateDict("epoch"));
    }

    [Fact]
    public void AModuleInAnObjectOfAnotherClassIsFound()
    {
        var trainer = new PyObject(PyObjectKind.New, new PyGlobal("learn", "Learner"), PyTuple.Empty) { State = new PyDict { ["model"] = Module(("w", Tensor())), ["lr"] = 0.1 } };
        using var checkpoint = Open(trainer);
        Assert.Equal(["w"], Keys(checkpoint.FindStateDict()));
    }

    [Fact]
    public void ACycleIsCutWhereItCloses()
    {
        var module = Module(("w", Tensor()));
        ((PyDict)((PyDict)module.State!)["_modules"])["self"] = module;
        var dict = new PyDict { ["epoch"] = 1 };
        dict["model"] = dict;
        dict["net"] = module;
        using var checkpoint = Open(dict);
        Assert.Equal(["w"], Keys(checkpoint.FindStateDict()));
    }

    [Fact]
    public void NestingCostsNoStack()
    {
        const int Depth = 3500;
        var module = Module(("w", Tensor()));
        for (var i = 0; i < Depth; i++)
        {
            module = Module([], ("m", module));
        }

        using var checkpoint = Open(module);
        var state = checkpoint.FindStateDict();
        Assert.Equal((2 * Depth) + 1, Assert.Single(Keys(state)).Length);

        PyValue wrapped = State("w");
        for (var i = 0; i < 100 * Depth; i++)
        {
            wrapped = new PyDict { ["model"] = wrapped };
        }

        using var wrappers = Open(wrapped);
        Assert.Equal(["w"], Keys(wrappers.FindStateDict()));
    }

    [Fact]
    public void ASmallFileCannotAskForNamesWithoutEnd()
    {
        var module = Module(("w", Tensor()));
        for (var i = 0; i < 60; i++)
        {
            module = Module([], ("a", module), ("b", module));
        }

        var file = Saved.ToBytes(module);
        using var entries = Checkpoint.Open(file, new ReadOptions { Limits = new() { MaxEntries = 1000 } });
        Assert.Contains("MaxEntries", Assert.Throws<UnsupportedCheckpointException>(() => entries.FindStateDict()).Message, StringComparison.Ordinal);
        using var characters = Checkpoint.Open(file, new ReadOptions { Limits = new() { MaxNameCharacters = 1000 } });
        Assert.Contains("MaxNameCharacters", Assert.Throws<UnsupportedCheckpointException>(() => characters.FindStateDict()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModuleThatKeepsItsStateForItselfIsNotLeftOut()
    {
        var packed = new PyObject(PyObjectKind.New, new PyGlobal("torch.ao.nn.quantized", "Linear"), PyTuple.Empty) { State = new PyTuple(1, 2) };
        using var checkpoint = Open(new PyDict { ["model"] = Module([], ("fc", packed)) });
        var error = Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.FindStateDict());
        Assert.Equal("fc", error.TensorName);
        Assert.Contains("torch.ao.nn.quantized.Linear", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ANormOfBeforeItsCounterSaysSo()
    {
        // Without num_batches_tracked PyTorch adds it on load, if the version allows.
        var old = Module("torch.nn.modules.batchnorm", "BatchNorm2d", buffers: ["running_mean"]);
        var young = Module("torch.nn.modules.batchnorm", "BatchNorm2d", buffers: ["running_mean", "num_batches_tracked"]);
        var derived = Module("mine", "Norm", buffers: ["num_batches_tracked"]);
        using var checkpoint = Open(Module([], ("old", old), ("young", young), ("derived", derived)));
        var metadata = checkpoint.FindStateDict().Attributes!["_metadata"];
        Assert.Equal([1, 1, 2, 2], new[] { "", "old", "young", "derived" }.Select(path => metadata[path]["version"].AsInt64()));
    }

    [Fact]
    public void AVersionThatTheFileHasIsKept()
    {
        var module = Module(("w", Tensor()));
        ((PyDict)module.State!)["_version"] = 7;
        using var checkpoint = Open(module);
        Assert.Equal(7, checkpoint.FindStateDict().Attributes!["_metadata"][""]["version"].AsInt64());
    }

    [Fact]
    public void ParametersOf2017AreTensors()
    {
        // PyTorch 0.3 and before: Parameter and Variable as objects around a tensor.
        var parameter = new PyObject(PyObjectKind.New, new PyGlobal("torch.nn.parameter", "Parameter"), new PyTuple(Tensor())) { State = new PyTuple(true, false, new PyDict()) };
        var variable = new PyObject(PyObjectKind.Call, new PyGlobal("torch.autograd.variable", "Variable"), new PyTuple(Tensor())) { State = new PyTuple(true, false, new PyDict()) };
        using var checkpoint = Open(Module(("a", parameter), ("b", variable)));
        Assert.All(checkpoint.FindStateDict(), entry => Assert.False(Assert.IsType<PyTensor>(entry.Value).RequiresGrad));
    }

    private static Checkpoint Open(PyValue root) => Checkpoint.Open(Saved.ToBytes(root));

    private static PyDict State(string key) => new(isOrdered: true) { [key] = Tensor() };

    private static PyTensor Tensor() => new(TensorView.FromArray(new float[] { 1, 2 }, ElementType.Float32, 2));

    private static PyObject Module(params (string Name, PyValue Value)[] parameters) => Module(parameters, children: []);

    private static PyObject Module((string Name, PyValue Value)[] parameters, params (string Name, PyValue Value)[] children) =>
        Module("mine", "Net", parameters, children: children);

    private static PyObject Module(
        string module, string name, (string Name, PyValue Value)[]? parameters = null, string[]? buffers = null, (string Name, PyValue Value)[]? children = null) =>
        new(PyObjectKind.New, new PyGlobal(module, name), PyTuple.Empty)
        {
            State = new PyDict
            {
                ["_parameters"] = Dict(parameters ?? []),
                ["_buffers"] = Dict([.. (buffers ?? []).Select(buffer => (buffer, (PyValue)Tensor()))]),
                ["_modules"] = Dict(children ?? []),
            },
        };

    private static PyDict Dict((string Name, PyValue Value)[] entries)
    {
        PyDict dict = [];
        foreach (var (name, value) in entries)
        {
            dict[name] = value;
        }

        return dict;
    }

    private static IEnumerable<string> Keys(PyDict state) => state.Select(entry => entry.Key.AsString());
}
