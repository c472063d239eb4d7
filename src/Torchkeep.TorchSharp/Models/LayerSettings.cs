using TorchSharp;

namespace Torchkeep;

/// <summary>The settings of one layer in a file, for the row that builds it. What no row asks for is refused afterwards.</summary>
internal sealed class LayerSettings(SavedModule saved)
{
    private const string InCode =
        ": TorchScript has settings in its code alone. torch.jit.load runs it, and a class of yours by map<T>(\"name\") takes its tensors";

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    internal SavedModule Saved => saved;

    private ModuleRecord Record => saved.Record;

    /// <summary>Settings that TorchSharp's module will not tell again.</summary>
    internal PyDict Hidden { get; } = [];

    internal long Int(string name, long? missing = null) =>
        Find(name, missing is not null) is { } value ? value is PyInt or PyBool ? value.AsInt64() : value is PyFloat number && double.IsInteger(number.Value) ? (long)number.Value : throw Misfit(name, value) : missing!.Value;

    internal double Double(string name, double? missing = null) =>
        Find(name, missing is not null) is { } value ? value is PyInt or PyBool or PyFloat ? value.AsDouble() : throw Misfit(name, value) : missing!.Value;

    internal bool Bool(string name, bool? missing = null) =>
        Find(name, missing is not null) is { } value ? value is PyInt or PyBool ? value.AsInt64() != 0 : throw Misfit(name, value) : missing!.Value;

    internal string Text(string name, string? missing = null) =>
        Find(name, missing is not null) is { } value ? value is PyString text ? text.Value : throw Misfit(name, value) : missing!;

    /// <summary>None is null.</summary>
    internal long? IntOrNone(string name) => IsNone(name) ? null : Int(name);

    /// <summary>None is null.</summary>
    internal double? DoubleOrNone(string name) => IsNone(name) ? null : Double(name);

    /// <summary>A number, or a tuple or list of numbers, as a number for each dimension.</summary>
    internal long[] Ints(string name, int dimensions, long? missing = null)
    {
        var value = Find(name, missing is not null);
        var numbers = value is null ? [missing!.Value] : Items(value) is { } items ? items.Select(item => Whole(name, value, item)).ToArray() : [Int(name)];
        return numbers.Length == dimensions ? numbers
            : numbers.Length == 1 ? [.. Enumerable.Repeat(numbers[0], dimensions)]
            : throw Misfit(name, value!);
    }

    /// <summary>A number, or a tuple or list of numbers, as they are.</summary>
    internal long[] Sizes(string name)
    {
        var value = Find(name, mayMiss: false)!;
        return Items(value) is { } items ? [.. items.Select(item => Whole(name, value, item))] : [Int(name)];
    }

    /// <summary>None is null.</summary>
    internal long[]? IntsOrNone(string name, int dimensions) => IsNone(name) ? null : Ints(name, dimensions);

    /// <summary>None is null.</summary>
    internal double[]? DoublesOrNone(string name, int dimensions)
    {
        if (IsNone(name))
        {
            return null;
        }

        var value = Find(name, mayMiss: false)!;
        double[] numbers = Items(value) is { } items ? [.. items.Select(item => item is PyFloat or PyInt ? item.AsDouble() : throw Misfit(name, value))] : [Double(name)];
        return numbers.Length == dimensions ? numbers
            : numbers.Length == 1 ? [.. Enumerable.Repeat(numbers[0], dimensions)]
            : throw Misfit(name, value);
    }

    /// <summary>Whether the setting is not there or is None.</summary>
    internal bool IsNone(string name) => Find(name, mayMiss: true) is null or PyNone;

    /// <summary>A setting that TorchSharp's class lacks, and the one value of it that TorchSharp works by.</summary>
    internal void Only(string name, PyValue value)
    {
        var found = Find(name, mayMiss: true);
        if (found is not null && !found.Equals(value) && !(found is PyInt or PyFloat or PyBool && value is PyInt or PyFloat or PyBool && found.AsDouble() == value.AsDouble()))
        {
            throw Lacking(name, found);
        }
    }

    /// <summary>Settings that change nothing of what comes out.</summary>
    internal void Accept(params string[] names) => _asked.UnionWith(names);

    /// <summary>
    /// Fails unless a tensor of the layer has the shape that the settings come to, with all its elements in the file. Asked before
    /// anything of that size is made: what a file claims is no reason to allocate it.
    /// </summary>
    internal void Expect(string name, params ReadOnlySpan<long> shape)
    {
        var tensor = Record.Parameters.GetValueOrDefault(name) ?? Record.Buffers.GetValueOrDefault(name);
        if (tensor is null || !tensor.View.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new NotSupportedException(
                $"{saved.Describe()} has settings that come to a '{name}' of [{string.Join(", ", shape.ToArray())}], and has "
                + $"{(tensor is null ? "none" : $"one of [{string.Join(", ", tensor.View.Shape)}]")}");
        }

        if (tensor.View.ByteLength > tensor.View.Storage.ByteLength || tensor.View.Storage.Location == "meta")
        {
            throw new NotSupportedException($"{saved.Describe()} has a '{name}' whose elements are not all in the file; its state_dict can be had");
        }
    }

    internal bool HasParameter(string name) => Record.Parameters.GetValueOrDefault(name) is not null;

    /// <summary>A buffer that TorchSharp's class takes as a setting.</summary>
    internal torch.Tensor? Buffer(string name) => Record.Buffers.GetValueOrDefault(name) is { } tensor ? saved.Builder.ReadSetting(tensor) : null;

    internal torch.nn.Reduction Reduction()
    {
        // Two bools before PyTorch 0.4.1 (torch/nn/_reduction.py, legacy_get_enum).
        var reduction = Record.Settings.ContainsKey("reduction") ? Text("reduction")
            : !Bool("reduce", true) ? "none"
            : Bool("size_average", true) ? "mean" : "sum";
        return reduction switch
        {
            "none" => torch.nn.Reduction.None,
            "mean" => torch.nn.Reduction.Mean,
            "sum" => torch.nn.Reduction.Sum,
            _ => throw Lacking("reduction", reduction),
        };
    }

    /// <summary>Keeps a setting for the next save, since TorchSharp's module will not tell it.</summary>
    internal T Hide<T>(string name, T value)
    {
        Hidden[name] = value switch
        {
            long number => number,
            double number => number,
            bool truth => truth,
            string text => text,
            long[] numbers => LayerAttributes.Tuple(numbers),
            null => PyNone.Value,
            _ => throw new ArgumentException($"{typeof(T)} is no setting"),
        };
        return value;
    }

    /// <summary>The child of a layer that is built with its children. TorchSharp has it built in, so that it can be of no other class.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="className">Its class behind <c>torch.nn.modules.</c>.</param>
    internal LayerSettings Child(string name, string className)
    {
        if (Record.Children.GetValueOrDefault(name) is not { } child)
        {
            throw new NotSupportedException($"{saved.Describe()} has no child '{SavedModule.Shown(name)}'");
        }

        return child.ClassName == $"{Layer.Prefix}{className}"
            ? new(saved.ChildOf(name))
            : throw new NotSupportedException($"{saved.ChildOf(name).Describe()} stands where TorchSharp's class has {className} built in");
    }

    /// <summary>Fails for settings that no one asked for, since they would be lost.</summary>
    internal void CheckAllAsked()
    {
        foreach (var (name, value) in Record.Settings)
        {
            if (!_asked.Contains(name) && name[0] != '_' && !saved.Builder.Registry.Ignores(name))
            {
                throw Lacking(name, value);
            }
        }
    }

    internal NotSupportedException Lacking(string name, PyValue value) =>
        new($"{saved.Describe()} has the setting {name}={SavedModule.Text(value)}, which TorchSharp's class has not; "
            + $"map \"{Record.ClassName}\" to a class of yours, or, if nothing of the model depends on it, registry.ignore(\"{name}\")");

    private NotSupportedException Misfit(string name, PyValue value) =>
        new($"{saved.Describe()} has the setting {name}={SavedModule.Text(value)}, which TorchSharp's class does not take");

    private PyValue? Find(string name, bool mayMiss)
    {
        _asked.Add(name);
        return Record.Settings.TryGetValue(name, out var value) ? value
            : mayMiss ? null
            : throw new NotSupportedException($"{saved.Describe()} does not say its setting '{name}'{(Record.IsScripted ? InCode : "")}");
    }

    private long Whole(string name, PyValue value, PyValue item) => item is PyInt or PyBool ? item.AsInt64() : throw Misfit(name, value);

    // A torch.Size is a tuple by a call.
    private static IReadOnlyList<PyValue>? Items(PyValue value) => value switch
    {
        PyTuple tuple => tuple.Items,
        PyList list => list.Items,
        PyObject { Callable: PyGlobal { Module: "torch", Name: "Size" }, Arguments.Items: [PyTuple sizes] } => sizes.Items,
        _ => null,
    };
}
