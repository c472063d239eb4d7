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
        : this(checkpoint, location, checkpoint.Root, path: "")
    {
    }

    private LoadedCheckpoint(Checkpoint checkpoint, MapLocation location, PyValue value, string path)
    {
        _checkpoint = checkpoint;
        _location = location;
        _path = path;
        this.value = value;
    }

    /// <summary>The object as inert values, for everything that is neither tensor nor plain: sets, attributes, records of classes.</summary>
    public PyValue value { get; }

    /// <summary>Whether this is Python's <c>None</c>.</summary>
    public bool is_none => value is PyNone;

    /// <summary>The entry of a dictionary under a key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="InvalidOperationException">This is not a dictionary; the message says what it is.</exception>
    /// <exception cref="KeyNotFoundException">There is no such key; the message lists those there are.</exception>
    public LoadedCheckpoint this[string key] => Part(Read(whole => whole[key]), $"[{new PyString(key)}]");

    /// <summary>The entry of a list or tuple, or of a dictionary under an int key.</summary>
    /// <param name="index">From 0, or the key.</param>
    /// <exception cref="InvalidOperationException">This is none of them; the message says what it is.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The list or tuple has fewer entries.</exception>
    /// <exception cref="KeyNotFoundException">The dictionary has no such key; the message lists those there are.</exception>
    public LoadedCheckpoint this[int index] => Part(Read(whole => whole[index]), $"[{index}]");

    /// <summary>A Python int, or a bool as 0 or 1.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    /// <exception cref="OverflowException">It needs more than 64 bits.</exception>
    public static explicit operator long(LoadedCheckpoint loaded) => loaded.get<long>();

    /// <summary>A Python int of 0 or more, or a bool as 0 or 1.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    /// <exception cref="OverflowException">It is negative or needs more than 64 bits.</exception>
    public static explicit operator ulong(LoadedCheckpoint loaded) => loaded.get<ulong>();

    /// <summary>A Python int, or a bool as 0 or 1.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    /// <exception cref="OverflowException">It needs more than 32 bits.</exception>
    public static explicit operator int(LoadedCheckpoint loaded) => loaded.get<int>();

    /// <summary>A Python float or int.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    public static explicit operator double(LoadedCheckpoint loaded) => loaded.get<double>();

    /// <summary>A Python float or int, rounded to the nearest float.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    public static explicit operator float(LoadedCheckpoint loaded) => loaded.get<float>();

    /// <summary>A Python bool.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    public static explicit operator bool(LoadedCheckpoint loaded) => loaded.get<bool>();

    /// <summary>A Python string.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    public static explicit operator string(LoadedCheckpoint loaded) => loaded.get<string>();

    /// <summary>
    /// A Python datetime, or a text of one: without a time zone of unspecified kind, with one in UTC.
    /// </summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    public static explicit operator DateTime(LoadedCheckpoint loaded) => loaded.get<DateTime>();

    /// <summary>A Python datetime with a time zone, or a text of one; a text without an offset is in UTC.</summary>
    /// <param name="loaded">The part of a checkpoint.</param>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    public static explicit operator DateTimeOffset(LoadedCheckpoint loaded) => loaded.get<DateTimeOffset>();

    /// <summary>
    /// This as a .NET type: a number (also one that the casts have not: <c>byte</c>, <c>BigInteger</c>, <c>Half</c>,
    /// <c>Complex</c>), <c>bool</c>, <c>char</c>, <c>string</c>, <c>byte[]</c>, <c>DateTime</c>, <c>DateTimeOffset</c>,
    /// <c>DateOnly</c>, <c>TimeOnly</c>, <c>TimeSpan</c>, any value type of these with <c>?</c> for what may be
    /// <c>None</c>, <c>decimal</c>, <c>Guid</c>, <c>Tensor</c>, <see cref="StateDict"/>, <see cref="LoadedCheckpoint"/>, or a kind of <see cref="PyValue"/>.
    /// </summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="InvalidOperationException">It is something else; the message says where and what.</exception>
    /// <exception cref="OverflowException">The number or time is out of the type's range.</exception>
    /// <exception cref="CheckpointException">The bytes of a date are none.</exception>
    /// <exception cref="NotSupportedException">Nothing in a checkpoint becomes that type.</exception>
    public T get<T>() => (T)ValueDecoder.Decode(this, typeof(T))!;

    /// <summary>The entry of a dictionary under a key, or a value in its place where the key is missing, as Python's <c>dict.get</c>.</summary>
    /// <typeparam name="T">As for <see cref="get{T}()"/>.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="default">What is returned without it. An entry that is there and of another type is an error all the same.</param>
    /// <exception cref="InvalidOperationException">This is not a dictionary, or the entry something else; the message says where and what.</exception>
    public T get<T>(string key, T @default) => contains(key) ? this[key].get<T>() : @default;

    /// <summary>Whether a dictionary has a key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="InvalidOperationException">This is not a dictionary; the message says what it is.</exception>
    public bool contains(string key) => Entries().TryGet(new PyString(key), out _);

    /// <summary>The keys of a dictionary in its order; those that are no strings as Python writes them.</summary>
    /// <exception cref="InvalidOperationException">This is not a dictionary; the message says what it is.</exception>
    public List<string> keys() => [.. Entries().Select(entry => entry.Key is PyString text ? text.Value : entry.Key.ToString()!)];

    /// <summary>The items of a list, tuple, set, <c>deque</c> or <c>torch.Size</c> as .NET types; tensors that share memory in the file share it here.</summary>
    /// <typeparam name="T">As for <see cref="get{T}()"/>.</typeparam>
    /// <exception cref="InvalidOperationException">This is none of them, or an item is something else; the message says where and what.</exception>
    public List<T> list<T>()
    {
        if (typeof(T) == typeof(torch.Tensor))
        {
            return (List<T>)(object)tensors();
        }

        return [.. Read(whole => whole.AsItems()).Select((item, i) => Part(item, $"[{i}]").get<T>())];
    }

    /// <summary>A dictionary with string keys, its values as a .NET type.</summary>
    /// <typeparam name="T">As for <see cref="get{T}()"/>.</typeparam>
    /// <exception cref="InvalidOperationException">This is no such dictionary, or an entry something else; the message says where and what.</exception>
    public Dictionary<string, T> dict<T>() =>
        Entries().ToDictionary(entry => Read(_ => entry.Key.AsString()), entry => Part(entry.Value, $"[{entry.Key}]").get<T>(), StringComparer.Ordinal);

    /// <summary>
    /// Reads this tensor, a Parameter as a <see cref="global::TorchSharp.Modules.Parameter"/>, with its strides and over its whole
    /// storage as in PyTorch, onto the device of <c>map_location</c>. Each call reads anew; tensors that are to share
    /// memory are read together by <see cref="tensors"/> or <see cref="state_dict"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is not a tensor, the message says what it is; or its device is missing.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of this element type.</exception>
    /// <exception cref="CheckpointException">The bytes are missing or fail their checksum.</exception>
    public torch.Tensor tensor() => ReadAll([Read(whole => whole as PyTensor ?? (whole as PyWrapperTensor)?.Whole ?? throw Mismatch.Unexpected("a tensor", whole))])[0];

    /// <summary>Reads a list or tuple of tensors. Those that share memory in the file share it here.</summary>
    /// <exception cref="InvalidOperationException">This is no list or tuple of tensors; the message says what it is.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of an element type.</exception>
    /// <exception cref="CheckpointException">Bytes are missing or fail their checksum.</exception>
    public List<torch.Tensor> tensors() => ReadAll(Read(whole => whole.AsItems()));

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
        var dict = Read(whole => State() as PyDict ?? throw Mismatch.Unexpected("a dictionary of tensors", whole));
        List<string> keys = [.. dict.Select(entry => Read(_ => entry.Key.AsString()))];
        var read = ReadAll([.. dict.Select(entry => entry.Value)]);
        var state = new StateDict { metadata = dict.Attributes is { } attributes && attributes.TryGet("_metadata", out var metadata) ? metadata as PyDict : null };
        for (var i = 0; i < read.Count; i++)
        {
            state.Add(keys[i], read[i]);
        }

        return state;
    }

    /// <summary>Makes the entire model that this is; see <c>torch.load_model</c>. Each call makes another.</summary>
    /// <param name="registry">How its classes become modules; null for PyTorch's own layers alone.</param>
    /// <exception cref="InvalidOperationException">This is no module; the message says what it is.</exception>
    /// <exception cref="UnknownClassException">The registry lacks classes of it.</exception>
    public torch.nn.Module module(ModuleRegistry? registry = null) => module<torch.nn.Module>(registry);

    /// <summary>Makes the entire model that this is; see <c>torch.load_model</c>. Each call makes another.</summary>
    /// <typeparam name="T">Its class in C#.</typeparam>
    /// <param name="registry">How its classes become modules; null for PyTorch's own layers alone.</param>
    /// <exception cref="InvalidOperationException">This is no module; the message says what it is.</exception>
    /// <exception cref="UnknownClassException">The registry lacks classes of it.</exception>
    public T module<T>(ModuleRegistry? registry = null)
        where T : torch.nn.Module
    {
        var record = ModuleRecord.TryRead(value)
            ?? throw new InvalidOperationException(SafeText.Escape($"expected an entire model, found {value.TypeName}; load_state_dict takes a state_dict"));
        using var reader = new TensorReader(_location);
        return ModuleBuilder.Load<T>(record, registry ?? new(), reader);
    }

    /// <summary>Closes the file, for this object and all parts of it. Tensors that were read stay.</summary>
    public void Dispose() => _checkpoint.Dispose();

    internal IncompatibleKeys LoadInto(torch.nn.Module module, bool strict, bool assign, bool foldWeights) =>
        Load(source => StateDictLoader.Load(module, source, strict, assign), foldWeights ? ModuleTree.FoldsFor(module) : null);

    /// <param name="load">Takes the state_dict.</param>
    /// <param name="folds">Which groups of tensors become the weight that they make up; null for none.</param>
    internal T Load<T>(Func<StateSource, T> load, Func<WeightGroup, bool>? folds = null)
    {
        using var reader = new TensorReader(_location);
        return load(Source(reader, folds));
    }

    /// <summary>The path of the file, or null.</summary>
    internal string? File => _checkpoint.File;

    /// <summary>What the examples call this.</summary>
    internal string Expression => CodePath.Root + (CodePath.Of(_path) ?? "");

    /// <summary>The state_dicts and modules in this that can be reached by indexers, the likeliest first.</summary>
    internal IEnumerable<(string Expression, bool IsModule, PyDict State)> Parts()
    {
        var start = _checkpoint.Roots[0].Path + _path;
        foreach (var entry in _checkpoint.FindStateDicts())
        {
            if (entry.Path.Length > start.Length && entry.Path.StartsWith(start, StringComparison.Ordinal) && CodePath.Of(entry.Path[start.Length..]) is { } steps
                && StateAt(entry.Path) is { Count: > 0 } state)
            {
                yield return (Expression + steps, entry.Value is not PyDict, state);
            }
        }
    }

    private PyDict? StateAt(string path)
    {
        try
        {
            return _checkpoint.FindStateDict(path);
        }
        catch (Exception error) when (error is KeyNotFoundException or CheckpointException)
        {
            return null;
        }
    }

    private StateSource Source(TensorReader reader, Func<WeightGroup, bool>? folds)
    {
        try
        {
            return StateSource.Of(State(), reader, _checkpoint, this, folds);
        }
        catch (ArgumentException error) when (Parts().FirstOrDefault() is { Expression: { } part })
        {
            throw new ArgumentException(SafeText.Escape($"{error.Message} {Hints.Prefix}There is a state_dict at {part}: model.load_state_dict({part})"), error);
        }
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
            return _checkpoint.FindStateDict(_checkpoint.Roots[0].Path + _path);
        }
        catch (KeyNotFoundException)
        {
            // Some other object: what was asked of it says so.
            return value;
        }
    }

    /// <summary>Reads the value; what is wrong with it is said with the way to it.</summary>
    internal T Read<T>(Func<PyValue, T> read)
    {
        try
        {
            return read(value);
        }
        catch (InvalidOperationException error) when (_path.Length > 0)
        {
            throw new InvalidOperationException($"{SafeText.Escape(_path)}: {error.Message}", error);
        }
        catch (OverflowException error) when (_path.Length > 0)
        {
            throw new OverflowException($"{SafeText.Escape(_path)}: {error.Message}", error);
        }
    }

    private LoadedCheckpoint Part(PyValue part, string step) => new(_checkpoint, _location, part, _path + step);

    private PyDict Entries() => Read(whole => whole.AsDict());

    private List<torch.Tensor> ReadAll(IReadOnlyList<PyValue> values)
    {
        // Nothing is read if one of them is not a tensor.
        var wanted = Read(_ => values.Select(entry => entry as PyTensor ?? (entry as PyWrapperTensor)?.Whole ?? throw Mismatch.Unexpected("tensors alone", entry)).ToList());
        using var reader = new TensorReader(_location);
        return reader.ReadAll(wanted);
    }
}
