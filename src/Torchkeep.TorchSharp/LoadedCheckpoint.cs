using TorchSharp;

namespace Torchkeep;

/// <summary>
/// What <c>torch.load</c> returns: a saved object, or a part of one. Tensors are read when they are asked for, so that
/// <c>model.load_state_dict(torch.load(path, weights_only: true))</c> never holds the model twice.
/// </summary>
/// <remarks>
/// The file stays open until <see cref="Dispose"/> or the garbage collector closes it; replacing it meanwhile, as
/// <c>torch.save</c> does, is fine.
/// </remarks>
public sealed class LoadedCheckpoint : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly MapLocation _location;
    private readonly string _path;

    internal LoadedCheckpoint(Checkpoint checkpoint, MapLocation location)
        : this(checkpoint, location, checkpoint.Root, checkpoint.Roots[0].Path)
    {
    }

    private LoadedCheckpoint(Checkpoint checkpoint, MapLocation location, PyValue value, string path)
    {
        _checkpoint = checkpoint;
        _location = location;
        _path = path;
        this.value = value;
    }

    /// <summary>The object as inert values, for everything that is neither tensor nor plain: <c>checkpoint["epoch"].value.AsInt64()</c>.</summary>
    public PyValue value { get; }

    /// <summary>The entry of a dictionary under a key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="InvalidOperationException">This is not a dictionary; the message says what it is.</exception>
    /// <exception cref="KeyNotFoundException">There is no such key; the message lists those there are.</exception>
    public LoadedCheckpoint this[string key] => new(_checkpoint, _location, value[key], $"{_path}[{new PyString(key)}]");

    /// <summary>The entry of a list or tuple, or of a dictionary under an int key.</summary>
    /// <param name="index">From 0, or the key.</param>
    /// <exception cref="InvalidOperationException">This is none of them; the message says what it is.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The list or tuple has fewer entries.</exception>
    /// <exception cref="KeyNotFoundException">The dictionary has no such key; the message lists those there are.</exception>
    public LoadedCheckpoint this[int index] => new(_checkpoint, _location, value[index], $"{_path}[{index}]");

    /// <summary>A Python int, or a bool as 0 or 1.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says what.</exception>
    public static explicit operator long(LoadedCheckpoint loaded) => loaded.value.AsInt64();

    /// <summary>A Python int, or a bool as 0 or 1.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says what.</exception>
    /// <exception cref="OverflowException">It needs more than 32 bits.</exception>
    public static explicit operator int(LoadedCheckpoint loaded) => checked((int)loaded.value.AsInt64());

    /// <summary>A Python float or int.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says what.</exception>
    public static explicit operator double(LoadedCheckpoint loaded) => loaded.value.AsDouble();

    /// <summary>A Python bool.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says what.</exception>
    public static explicit operator bool(LoadedCheckpoint loaded) => loaded.value.AsBoolean();

    /// <summary>A Python string.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says what.</exception>
    public static explicit operator string(LoadedCheckpoint loaded) => loaded.value.AsString();

    /// <summary>
    /// Reads this tensor, a Parameter as a <see cref="global::TorchSharp.Modules.Parameter"/>, with its strides and over its whole
    /// storage as in PyTorch, onto the device of <c>map_location</c>. Each call reads anew; tensors that are to share
    /// memory are read together by <see cref="tensors"/> or <see cref="state_dict"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is not a tensor, the message says what it is; or its device is missing.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of this element type.</exception>
    /// <exception cref="CheckpointException">The bytes are missing or fail their checksum.</exception>
    public torch.Tensor tensor() => value is PyTensor single ? ReadAll([single])[0] : throw NotTensors("a tensor", value);

    /// <summary>Reads a list or tuple of tensors. Those that share memory in the file share it here.</summary>
    /// <exception cref="InvalidOperationException">This is no list or tuple of tensors; the message says what it is.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of an element type.</exception>
    /// <exception cref="CheckpointException">Bytes are missing or fail their checksum.</exception>
    public List<torch.Tensor> tensors() => ReadAll(value switch
    {
        PyList list => list.Items,
        PyTuple tuple => tuple.Items,
        _ => throw NotTensors("a list or tuple of tensors", value),
    });

    /// <summary>
    /// Reads a dictionary of tensors, with its <c>_metadata</c>; of a whole module that was saved, of TorchScript and of an
    /// exported program the one that <c>state_dict()</c> gives in Python. Those that share memory in the file share it here.
    /// To fill a module, give this checkpoint itself to <c>load_state_dict</c>: then nothing is held twice.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is no dictionary from strings to tensors, and no module; the message says what it is.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of an element type.</exception>
    /// <exception cref="CheckpointException">Bytes are missing or fail their checksum.</exception>
    public StateDict state_dict()
    {
        if (State() is not PyDict dict)
        {
            throw NotTensors("a dictionary of tensors", value);
        }

        List<string> keys = [.. dict.Select(entry => entry.Key.AsString())];
        var read = ReadAll([.. dict.Select(entry => entry.Value)]);
        var state = new StateDict { metadata = dict.Attributes is { } attributes && attributes.TryGet("_metadata", out var metadata) ? metadata as PyDict : null };
        for (var i = 0; i < read.Count; i++)
        {
            state.Add(keys[i], read[i]);
        }

        return state;
    }

    /// <summary>Closes the file, for this object and all parts of it. Tensors that were read stay.</summary>
    public void Dispose() => _checkpoint.Dispose();

    internal IncompatibleKeys LoadInto(torch.nn.Module module, bool strict, bool assign)
    {
        using var reader = new TensorReader(_location);
        return StateDictLoader.Load(module, StateSource.Of(State(), reader), strict, assign);
    }

    // What is a module in Python has a state_dict in it; a dictionary is taken as PyTorch takes it.
    private PyValue State()
    {
        var isModule = value is PyObject || (_checkpoint.Format == CheckpointFormat.TorchScript && value == _checkpoint.Root);
        if (!isModule)
        {
            return value;
        }

        try
        {
            return _checkpoint.FindStateDict(_path);
        }
        catch (KeyNotFoundException)
        {
            // Some other object: what was asked of it says so.
            return value;
        }
    }

    private List<torch.Tensor> ReadAll(IReadOnlyList<PyValue> values)
    {
        // Nothing is read if one of them is not a tensor.
        List<PyTensor> wanted = [.. values.Select(entry => entry as PyTensor ?? throw NotTensors("tensors alone", entry))];
        using var reader = new TensorReader(_location);
        reader.Prepare(wanted);
        return wanted.ConvertAll(reader.Read);
    }

    private static InvalidOperationException NotTensors(string expected, PyValue found) =>
        new($"expected {expected}, found {found.TypeName}");
}
