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
    private const string LightningState = "state_dict";

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

    /// <summary>
    /// The entry of a dictionary under a key, or an attribute of an object, as of an <c>argparse.Namespace</c> or a dataclass:
    /// <c>loaded["args"]["lr"]</c>. An object that has both, as a class derived from dict, has its entries looked at first.
    /// </summary>
    /// <param name="key">The key, or the attribute's name.</param>
    /// <exception cref="InvalidOperationException">This has neither entries nor attributes; the message says what it is.</exception>
    /// <exception cref="KeyNotFoundException">There is no such key or attribute; the message lists those there are.</exception>
    public LoadedCheckpoint this[string key] => Part(Read(whole => whole[key]), StepTo(key));

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

    /// <summary>
    /// The entry of a dictionary under a key, or an attribute of an object; if there is no such key or attribute, the given
    /// default, as Python's <c>dict.get</c>.
    /// </summary>
    /// <typeparam name="T">As for <see cref="get{T}()"/>.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="default">What is returned without it. An entry that is there and of another type is an error all the same.</param>
    /// <exception cref="InvalidOperationException">This has neither entries nor attributes, or the entry is something else; the message says where and what.</exception>
    public T get<T>(string key, T @default) => contains(key) ? this[key].get<T>() : @default;

    /// <summary>Whether a dictionary has a key, or an object an attribute.</summary>
    /// <param name="key">The key, or the attribute's name.</param>
    /// <exception cref="InvalidOperationException">This has neither entries nor attributes; the message says what it is.</exception>
    public bool contains(string key)
    {
        _ = Mapping();
        return value.TryGet(key, out _);
    }

    /// <summary>
    /// The keys of a dictionary in its order, those that are no strings as Python writes them; or the names of an object's
    /// attributes. Of an object that has both, its keys.
    /// </summary>
    /// <exception cref="InvalidOperationException">This has neither entries nor attributes; the message says what it is.</exception>
    public List<string> keys() => [.. Mapping().Select(entry => entry.Key is PyString text ? text.Value : entry.Key.ToKeyText())];

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

    /// <summary>A dictionary with string keys, or the attributes of an object, its values as a .NET type. Of an object that has both, its entries.</summary>
    /// <typeparam name="T">As for <see cref="get{T}()"/>.</typeparam>
    /// <exception cref="InvalidOperationException">This is no such dictionary, or an entry something else; the message says where and what.</exception>
    public Dictionary<string, T> dict<T>() =>
        Mapping().ToDictionary(entry => Read(_ => entry.Key.AsString()), entry => Part(entry.Value, StepTo(entry.Key.AsString())).get<T>(), StringComparer.Ordinal);

    /// <summary>
    /// Reads this tensor, or NumPy array of numbers, a Parameter as a <see cref="global::TorchSharp.Modules.Parameter"/>, with its strides and over its whole
    /// storage as in PyTorch, onto the device of <c>map_location</c>. Each call reads anew; tensors that are to share
    /// memory are read together by <see cref="tensors"/> or <see cref="state_dict"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is not a tensor, the message says what it is; or its device is missing.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of this element type.</exception>
    /// <exception cref="CheckpointException">The bytes are missing or fail their checksum.</exception>
    public torch.Tensor tensor() => ReadAll([value], "a tensor")[0];

    /// <summary>Reads a list or tuple of tensors, or of NumPy arrays of numbers. Those that share memory in the file share it here.</summary>
    /// <exception cref="InvalidOperationException">This is no list or tuple of tensors; the message says what it is.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of an element type.</exception>
    /// <exception cref="CheckpointException">Bytes are missing or fail their checksum.</exception>
    public List<torch.Tensor> tensors() => ReadAll(Read(whole => whole.AsItems()), "tensors alone");

    /// <summary>
    /// Reads a dictionary of tensors or of NumPy arrays of numbers, with its <c>_metadata</c>, also of a class derived from dict; of a whole module that was saved, of TorchScript and of an
    /// exported program the one that <c>state_dict()</c> gives in Python. Those that share memory in the file share it here.
    /// To fill a module, give this checkpoint itself to <c>load_state_dict</c>: then nothing is held twice.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is no dictionary from strings to tensors, and no module; the message says what it is.</exception>
    /// <exception cref="NotSupportedException">TorchSharp has no tensor of an element type.</exception>
    /// <exception cref="CheckpointException">Bytes are missing or fail their checksum.</exception>
    public StateDict state_dict()
    {
        var saved = State();
        var dict = Read(whole => saved.TryAsDict(out var entries) ? entries : throw Mismatch.Unexpected("a dictionary of tensors", whole));
        List<string> keys = [.. dict.Select(entry => Read(_ => entry.Key.AsString()))];
        var read = ReadAll([.. dict.Select(entry => entry.Value)], "tensors alone");
        var state = new StateDict { metadata = StateSource.MetadataOf(saved) as PyDict };
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

    /// <summary>Of what a folder's path opened: the state_dict in a checkpoint of Lightning, and else this itself.</summary>
    internal LoadedCheckpoint StateOfFolder(string path) =>
        Directory.Exists(path) && value is PyDict dict && dict.TryGet(LightningState, out var state) && state is PyDict ? this[LightningState] : this;

    internal IncompatibleKeys LoadInto(torch.nn.Module module, bool strict, bool assign, LoadWatch watch) =>
        Load(source => StateDictLoader.Load(module, source, strict, assign, watch));

    internal T Load<T>(Func<StateSource, T> load)
    {
        using var reader = new TensorReader(_location);
        return load(StateSource.Of(State(), reader, _checkpoint));
    }

    // What is a module in Python has a state_dict in it; a dictionary is taken as PyTorch takes it.
    private PyValue State()
    {
        var isModule = (value is PyObject && !value.TryAsDict(out _)) || (_checkpoint.Format == CheckpointFormat.TorchScript && value == _checkpoint.Root);
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

    private PyDict Mapping() => Read(whole => whole.AsMapping());

    // As PyEntry.Path has it.
    private string StepTo(string key)
    {
        var text = new PyString(key);
        if (value is not PyObject record || (value.TryAsDict(out var entries) && entries.TryGet(text, out _)))
        {
            return $"[{text}]";
        }

        // Slots come behind the other attributes, in a tuple.
        return record.State is PyTuple { Items: [_, PyDict slots] } ? $".state[{(slots.TryGet(text, out _) ? 1 : 0)}][{text}]"
            : key.All(c => char.IsLetterOrDigit(c) || c == '_') ? $".{key}"
            : $".__dict__[{text}]";
    }

    private List<torch.Tensor> ReadAll(IReadOnlyList<PyValue> values, string expected)
    {
        // Nothing is read if one of them is not a tensor.
        var wanted = Read(_ => values.Select(entry => entry.TryAsTensor(out var tensor) ? tensor : throw Mismatch.Unexpected(expected, entry)).ToList());
        using var reader = new TensorReader(_location);
        return reader.ReadAll(wanted);
    }
}
