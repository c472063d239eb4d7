using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Models;

/// <summary>Files of entire models, written value by value as PyTorch would, whatever stands in them.</summary>
internal static class WholeFile
{
    /// <summary>The record of a module: its class, settings, parameters and children.</summary>
    internal static PyObject Module(
        string className, (string Name, PyValue Value)[]? settings = null, (string Name, TensorView View)[]? parameters = null, (string Name, PyValue Value)[]? children = null)
    {
        var state = new PyDict
        {
            ["training"] = true,
            ["_parameters"] = Dict((parameters ?? []).Select(entry => (entry.Name, (PyValue)new PyTensor(entry.View, requiresGrad: true, isParameter: true)))),
            ["_buffers"] = new PyDict(),
            ["_modules"] = Dict(children ?? []),
        };
        foreach (var (name, value) in settings ?? [])
        {
            state[name] = value;
        }

        var dot = className.LastIndexOf('.');
        return new(PyObjectKind.New, new PyGlobal(className[..dot], className[(dot + 1)..]), PyTuple.Empty) { State = state };
    }

    /// <summary>A Linear that says it has these sizes, with a weight of that shape.</summary>
    internal static PyObject Linear(long inputs, long outputs, TensorView weight) => Module(
        "torch.nn.modules.linear.Linear", [("in_features", inputs), ("out_features", outputs)], [("weight", weight)]);

    internal static TensorView Floats(params long[] shape) => TensorView.FromArray(new float[shape.Aggregate(1L, (all, size) => all * size)], ElementType.Float32, shape);

    internal static nn.Module Load(PyValue value, ModuleRegistry? registry = null)
    {
        using var file = new MemoryStream();
        Checkpoint.Save(value, file);
        using var loaded = torch.load(new MemoryStream(file.ToArray()), map_location: "cpu");
        return loaded.module(registry);
    }

    private static PyDict Dict(IEnumerable<(string Name, PyValue Value)> entries)
    {
        var dict = new PyDict();
        foreach (var (name, value) in entries)
        {
            dict[name] = value;
        }

        return dict;
    }
}
