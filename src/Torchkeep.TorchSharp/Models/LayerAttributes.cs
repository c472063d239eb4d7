using TorchSharp;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>The attributes of one layer that is being written, for the row that knows them.</summary>
internal sealed class LayerAttributes(ModuleEncoder encoder, Module module, ModuleNode node, string path)
{
    private readonly Dictionary<string, PyValue> _given = encoder.Registry.GivenFor(module);

    internal ModuleEncoder Encoder => encoder;

    internal Module Module => module;

    internal ModuleNode Node => node;

    internal string Path => path;

    /// <summary>The parameters in PyTorch's order; null for one that is None.</summary>
    internal OrderedDictionary<string, torch.Tensor?> Parameters { get; } = new(StringComparer.Ordinal);

    internal OrderedDictionary<string, torch.Tensor?> Buffers { get; } = new(StringComparer.Ordinal);

    internal OrderedDictionary<string, PyValue> Children { get; } = new(StringComparer.Ordinal);

    internal HashSet<string> NonPersistent { get; } = new(StringComparer.Ordinal);

    internal PyDict Own { get; } = [];

    internal PyValue this[string name]
    {
        set => Own[name] = value;
    }

    /// <summary>A part that TorchSharp has inside of this layer and PyTorch as a child of it.</summary>
    internal LayerAttributes Part(string name) => new(encoder, module, node.Children[name], path.Length == 0 ? name : $"{path}.{name}");

    /// <summary>The shape of a parameter that the layer must have.</summary>
    internal long[] Shape(string name) => node.Tensors[name].shape;

    internal bool Has(string name) => node.Tensors.ContainsKey(name);

    /// <summary>Lists parameters that PyTorch's class always names, in its order, None where there is none.</summary>
    internal void Name(params string[] names)
    {
        foreach (var name in names)
        {
            Parameters[name] = node.Tensors.GetValueOrDefault(name);
        }
    }

    internal void NameBuffers(params string[] names)
    {
        foreach (var name in names)
        {
            Buffers[name] = node.Tensors.GetValueOrDefault(name);
        }
    }

    /// <summary>A setting that TorchSharp's module does not tell: what it was loaded with, or what was given for it.</summary>
    internal PyValue Hidden(string name) =>
        _given.GetValueOrDefault(name)
            ?? throw new NotSupportedException(
                $"TorchSharp does not tell the setting '{name}' of {(path.Length == 0 ? "the model" : $"'{path}'")} ({node.ClassName}); "
                + $"give it before saving: registry.describe(module, (\"{name}\", ...))");

    /// <summary>The same, where one value makes no difference or was given.</summary>
    internal PyValue Hidden(string name, PyValue otherwise) => _given.GetValueOrDefault(name) ?? otherwise;

    internal static PyTuple Tuple(params ReadOnlySpan<long> numbers)
    {
        var items = new PyValue[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            items[i] = numbers[i];
        }

        return new(items.AsSpan());
    }

    internal static PyValue OrNone(long? number) => number is { } value ? value : PyNone.Value;

    internal static PyValue OrNone(double? number) => number is { } value ? value : PyNone.Value;

    internal static PyValue Text(torch.nn.Reduction reduction) => reduction switch
    {
        torch.nn.Reduction.None => "none",
        torch.nn.Reduction.Sum => "sum",
        _ => "mean",
    };
}
