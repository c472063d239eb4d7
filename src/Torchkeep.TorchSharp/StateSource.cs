using TorchSharp;

namespace Torchkeep;

/// <summary>A state_dict that is to be loaded, wherever its tensors are.</summary>
internal sealed class StateSource
{
    private readonly PyValue? _metadata;
    private readonly TensorReader? _reader;
    private IReadOnlyDictionary<string, torch.Tensor>? _tensors;

    // Where entries were renamed: from a module's path to the one that the metadata has.
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    private StateSource(PyValue? metadata, TensorReader? reader = null)
    {
        _metadata = metadata;
        _reader = reader;
    }

    internal OrderedDictionary<string, StateEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>What the state_dict was taken of, or null for one in memory.</summary>
    internal LoadedCheckpoint? Origin { get; private init; }

    /// <summary>The state_dict as a file has it, with the groups that were asked for folded; null for one in memory.</summary>
    internal PyDict? Value { get; private init; }

    /// <summary>What the examples call it.</summary>
    internal string Expression => Origin?.Expression ?? "state_dict";

    /// <summary>The groups of tensors in it that make up one weight each.</summary>
    internal IReadOnlyList<WeightGroup> Groups
    {
        get
        {
            using var encoder = new ValueEncoder();
            return FoldedWeights.Find(Value ?? (PyDict)encoder.Encode(
                (_tensors ?? new Dictionary<string, torch.Tensor>()).Where(entry => Entries[entry.Key].Problem is null).ToDictionary(StringComparer.Ordinal)));
        }
    }

    /// <summary>Whether the file has a tensor of several names once, as safetensors does: then one of them loads all of them.</summary>
    internal bool HoldsTiedOnce { get; private init; }

    /// <summary>Names that the file has for tensors beside their own, which a model need not have.</summary>
    internal HashSet<string> Aliases { get; } = new(StringComparer.Ordinal);

    internal static StateSource Of(IReadOnlyDictionary<string, torch.Tensor> tensors, PyDict? metadata)
    {
        var source = new StateSource(metadata) { _tensors = tensors };
        foreach (var (key, tensor) in tensors)
        {
            source.Entries.Add(key, new MemoryStateEntry(tensor));
        }

        return source;
    }

    /// <param name="value">The state_dict.</param>
    /// <param name="reader">Reads its tensors.</param>
    /// <param name="checkpoint">Whose it is, or null for one that is a PyTorch file in any case.</param>
    /// <param name="origin">What it was taken of, or null for values in memory.</param>
    /// <param name="folds">Which groups of tensors become the weight that they make up; null for none.</param>
    /// <exception cref="ArgumentException">The value is no dictionary with string keys.</exception>
    internal static StateSource Of(PyValue value, TensorReader reader, Checkpoint? checkpoint = null, LoadedCheckpoint? origin = null, Func<WeightGroup, bool>? folds = null)
    {
        if (value is not PyDict dict)
        {
            throw new ArgumentException(SafeText.Escape($"Expected state_dict to be dict-like, got <class '{FileStateEntry.PythonClass(value)}'>."));
        }

        dict = folds is null ? dict : FoldedWeights.Fold(dict, [.. FoldedWeights.Find(dict).Where(folds)]);
        PyValue? metadata = null;
        _ = dict.Attributes?.TryGet("_metadata", out metadata);
        var isSafetensors = checkpoint is { Format: CheckpointFormat.Safetensors }
            || (checkpoint is { Format: CheckpointFormat.Sharded } && checkpoint.ShardFiles.All(file => file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)));
        var source = new StateSource(metadata, reader) { HoldsTiedOnce = isSafetensors, Origin = origin, Value = dict };
        source.Aliases.UnionWith(value == checkpoint?.Root ? checkpoint.Aliases.Keys : []);
        foreach (var (key, entry) in dict)
        {
            if (key is not PyString name)
            {
                throw new ArgumentException(SafeText.Escape($"Expected the keys of a state_dict to be str, got {key}."));
            }

            source.Entries.Add(name.Value, new FileStateEntry(entry, reader));
        }

        return source;
    }

    /// <summary>Reads at once what <see cref="StateEntry.ToTensor"/> of these entries will want.</summary>
    internal void Prepare(IEnumerable<StateEntry> entries) => _reader?.Prepare(entries.OfType<FileStateEntry>().Select(entry => entry.Tensor));

    /// <summary>The same entries under other names, or a part of them.</summary>
    /// <param name="origins">From each new name to the one it has here.</param>
    internal StateSource Renamed(IEnumerable<KeyValuePair<string, string>> origins)
    {
        var source = new StateSource(_metadata, _reader) { HoldsTiedOnce = HoldsTiedOnce };
        foreach (var (name, origin) in origins)
        {
            if (Aliases.Contains(origin))
            {
                source.Aliases.Add(name);
            }

            source.Entries.Add(name, Entries[origin]);
            source._paths[ModuleOf(name)] = ModuleOf(origin);
        }

        return source;
    }

    private static string ModuleOf(string name) => name[..Math.Max(name.LastIndexOf('.'), 0)];

    /// <summary>The version that a module had when it was saved, or null where the file does not say.</summary>
    /// <param name="path">The module's path, empty for the root.</param>
    internal long? Version(string path) =>
        _metadata is not null && _metadata.TryGet(_paths.GetValueOrDefault(path, path), out var local) && local.TryGet("version", out var version)
        && version is PyInt number && number.TryGetInt64(out var value)
            ? value
            : null;
}
