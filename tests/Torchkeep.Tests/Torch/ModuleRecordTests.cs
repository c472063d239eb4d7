using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Torch;

/// <summary>Entire models as records: what of a file is a parameter, a setting, a child.</summary>
public sealed class ModuleRecordTests
{
    [Fact]
    public void AModulesPartsAreSorted()
    {
        var child = Module("torch.nn.modules.linear", "Linear", ("in_features", 3));
        var state = State(
            ("training", false),
            ("_parameters", Dict(("weight", Tensor()), ("bias", PyNone.Value))),
            ("_buffers", Dict(("mean", Tensor()), ("mask", Tensor()))),
            ("_non_persistent_buffers_set", Set("mask")),
            ("_forward_hooks", new PyDict(isOrdered: true)),
            ("_state_dict_hooks", new PyDict(isOrdered: true)),
            ("_modules", Dict(("fc", child), ("none", PyNone.Value))),
            ("width", 4));

        var module = ModuleRecord.TryRead(New("net", "Net", state))!;

        Assert.Equal(("net.Net", "Net", false, false), (module.ClassName, module.Name, module.IsTraining, module.IsScripted));
        Assert.Equal(["weight", "bias"], module.Parameters.Keys);
        Assert.Null(module.Parameters["bias"]);
        Assert.Equal(["mean", "mask"], module.Buffers.Keys);
        Assert.Equal(["mask"], module.NonPersistentBuffers);
        Assert.Equal(["fc", "none"], module.Children.Keys);
        Assert.Null(module.Children["none"]);
        Assert.Equal(["width"], module.Settings.Keys);
        Assert.Empty(module.Hooks);
        Assert.Equal(["", "fc"], module.Walk().Select(entry => entry.Path));
        Assert.Equal("torch.nn.modules.linear.Linear", module.Children["fc"]!.ClassName);
    }

    [Fact]
    public void WhatRunsWithACallIsAHook()
    {
        var module = Module("net", "Net");
        ((PyDict)module.State!)["_forward_pre_hooks"] = new PyDict(isOrdered: true) { [0] = New("torch.nn.utils.spectral_norm", "SpectralNorm", new PyDict()) };

        Assert.Equal(["_forward_pre_hooks (torch.nn.utils.spectral_norm.SpectralNorm)"], ModuleRecord.TryRead(module)!.Hooks);
    }

    [Fact]
    public void OneModuleInTwoPlacesIsOneRecord()
    {
        var shared = Module("net", "Part");

        var module = ModuleRecord.TryRead(New("net", "Net", State(("_parameters", new PyDict()), ("_buffers", new PyDict()), ("_modules", Dict(("a", shared), ("b", shared))))))!;

        Assert.Same(module.Children["a"], module.Children["b"]);
        Assert.Equal(["", "a", "b"], module.Walk().Select(entry => entry.Path));
    }

    [Fact]
    public void ParametersOf2017AreTensors()
    {
        var parameter = new PyObject(PyObjectKind.New, new PyGlobal("torch.nn.parameter", "Parameter"), new PyTuple(Tensor())) { State = new PyTuple(false, false, new PyDict()) };

        var module = ModuleRecord.TryRead(New("net", "Net", State(("_parameters", Dict(("w", parameter), ("again", parameter))), ("_buffers", new PyDict()), ("_modules", new PyDict()))))!;

        Assert.Same(module.Parameters["w"], module.Parameters["again"]);
        Assert.False(module.Parameters["w"]!.RequiresGrad);
        Assert.True(module.Parameters["w"]!.IsParameter);
    }

    [Fact]
    public void ObjectsOfTheOldestProtocolsAreModulesToo()
    {
        var module = new PyObject(PyObjectKind.Call, new PyGlobal("copy_reg", "_reconstructor"), new PyTuple(new PyGlobal("net", "Net"), new PyGlobal("__builtin__", "object"), PyNone.Value))
        {
            State = (PyDict)Module("net", "Net").State!,
        };

        Assert.Equal("net.Net", ModuleRecord.TryRead(module)!.ClassName);
    }

    [Fact]
    public void AnythingElseIsNone()
    {
        Assert.Null(ModuleRecord.TryRead(new PyDict()));
        Assert.Null(ModuleRecord.TryRead(PyNone.Value));
        Assert.Null(ModuleRecord.TryRead(New("net", "Net", new PyDict())));
        Assert.Null(ModuleRecord.TryRead(new PyObject(PyObjectKind.New, new PyGlobal("net", "Net"), PyTuple.Empty)));
    }

    [Fact]
    public void ACycleIsRefused()
    {
        var module = Module("net", "Net");
        ((PyDict)((PyDict)module.State!)["_modules"])["inner"] = Module("net", "Inner");
        ((PyDict)((PyDict)((PyObject)((PyDict)((PyDict)module.State!)["_modules"])["inner"]).State!)["_modules"])["outer"] = module;

        Assert.Contains("lies inside of itself", Assert.Throws<UnsupportedCheckpointException>(() => ModuleRecord.TryRead(module)).Message, StringComparison.Ordinal);
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(module));
        Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.FindModule());
    }

    [Fact]
    public void AModuleIsFoundWhereItsStateDictIs()
    {
        var state = new PyDict(isOrdered: true) { ["w"] = Tensor() };
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(new PyDict { ["epoch"] = 3, ["model"] = Module("net", "Net", ("width", 5)), ["plain"] = new PyDict { ["net"] = state } }));

        Assert.Equal(5, checkpoint.FindModule()!.Settings["width"].AsInt64());
        Assert.Equal(5, checkpoint.FindModule("model")!.Settings["width"].AsInt64());
        Assert.Null(checkpoint.FindModule("plain.net"));
        Assert.Throws<KeyNotFoundException>(() => checkpoint.FindModule("epoch"));
    }

    private static PyObject Module(string module, string name, params (string Name, PyValue Value)[] settings) =>
        New(module, name, State([("_parameters", new PyDict()), ("_buffers", new PyDict()), ("_modules", new PyDict()), .. settings]));

    private static PyObject New(string module, string name, PyDict state) => new(PyObjectKind.New, new PyGlobal(module, name), PyTuple.Empty) { State = state };

    private static PyTensor Tensor() => new(TensorView.FromArray(new float[] { 1, 2 }, ElementType.Float32, 2));

    private static PyDict State(params (string Name, PyValue Value)[] entries) => Dict(entries);

    private static PyDict Dict(params (string Name, PyValue Value)[] entries)
    {
        PyDict dict = [];
        foreach (var (name, value) in entries)
        {
            dict[name] = value;
        }

        return dict;
    }

    private static PySet Set(string item)
    {
        var set = new PySet();
        set.Add(item);
        return set;
    }
}
