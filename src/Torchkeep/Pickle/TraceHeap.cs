namespace Torchkeep.Pickle;

/// <summary>
/// What the values of one reading of a pickle hold. It only grows: a few bytes for each byte of the pickle, which are
/// counted. Of a container the first things are kept, and all that the unpickler would call of its own.
/// </summary>
internal sealed class TraceHeap
{
    /// <summary>The things of a container that are kept.</summary>
    internal const int MaxItems = 8;

    // Deeper tuples are neither shown nor looked into.
    private const int MaxDepth = 4;

    private const int NameSize = 200;
    private const int HookSize = 48;

    private readonly ChunkedList<TracedConstant> _constants = new();
    private readonly ChunkedList<Container> _containers = new();
    private readonly ChunkedList<Item> _items = new();
    private readonly List<(PyGlobal Name, CallMeaning Meaning)> _names = [];
    private readonly Dictionary<PyGlobal, int> _nameIndexes = [];
    private readonly Dictionary<(int Container, TraceHook Hook), TraceValue> _hooks = [];
    private readonly HashSet<int> _handedOn = [];

    /// <summary>The memory that all of it takes, in bytes.</summary>
    internal unsafe long Size =>
        ((long)_constants.Count * sizeof(TracedConstant)) + ((long)_containers.Count * sizeof(Container)) + ((long)_items.Count * sizeof(Item))
        + ((long)_names.Count * NameSize) + ((long)_hooks.Count * HookSize);

    internal TraceValue NewConstant(TracedConstant constant)
    {
        _constants.Add(constant);
        return new(constant.IsText ? TraceKind.Text : TraceKind.Bytes, _constants.Count - 1);
    }

    internal TracedConstant Constant(TraceValue value) => _constants[value.Index];

    internal TraceValue NewName(PyGlobal name)
    {
        if (!_nameIndexes.TryGetValue(name, out var index))
        {
            index = _names.Count;
            _names.Add((name, TraceCalls.MeaningOf(name)));
            _nameIndexes.Add(name, index);
        }

        return new(TraceKind.Name, index);
    }

    internal PyGlobal Name(TraceValue value) => _names[value.Index].Name;

    internal CallMeaning Meaning(TraceValue value) => _names[value.Index].Meaning;

    /// <summary>The names that something holds.</summary>
    internal IEnumerable<PyGlobal> HandedOn => _handedOn.Select(index => _names[index].Name);

    /// <summary>Notes that something holds a value, which may be a name.</summary>
    internal void HandOn(TraceValue value)
    {
        if (value.Kind == TraceKind.Name)
        {
            _handedOn.Add(value.Index);
        }
    }

    /// <summary>A text as the bytes of which each letter is one.</summary>
    internal static TraceValue Encoded(TraceValue text) => new(TraceKind.Bytes, text.Index);

    /// <summary>A new object of a class.</summary>
    internal TraceValue NewInstance(TraceValue type)
    {
        var instance = NewContainer(TraceKind.Object, []);
        if (type.Kind == TraceKind.Name)
        {
            _containers[instance.Index].Class = type.Index + 1;
        }

        return instance;
    }

    /// <summary>The index of the class of which a value is a new object, or -1.</summary>
    internal int ClassIndex(TraceValue value) => value.Kind == TraceKind.Object && value.HasItems ? _containers[value.Index].Class - 1 : -1;

    /// <summary>What is known of a value as an argument.</summary>
    internal TracedArgument Argument(TraceValue value) =>
        new(value.Kind, value.Kind == TraceKind.Name ? Name(value) : ClassIndex(value) is var index and >= 0 ? _names[index].Name : null);

    internal TraceValue NewTuple(ReadOnlySpan<TraceValue> items)
    {
        byte depth = 1;
        var isKnown = false;
        foreach (var item in items)
        {
            depth = Math.Max(depth, (byte)(item.Depth + 1));
            HandOn(item);
            isKnown |= item.Kind != TraceKind.Unknown && item.Index != TraceValue.Opaque;
        }

        if (items.IsEmpty)
        {
            return new(TraceKind.Tuple, TraceValue.Empty);
        }

        return depth > MaxDepth || !isKnown ? new(TraceKind.Tuple, TraceValue.Opaque, Math.Min(depth, (byte)MaxDepth)) : NewContainer(TraceKind.Tuple, items, depth);
    }

    internal TraceValue NewContainer(TraceKind kind, ReadOnlySpan<TraceValue> items, byte depth = 0)
    {
        _containers.Add(new() { First = -1, Last = -1 });
        var container = new TraceValue(kind, _containers.Count - 1, depth);
        Add(container, items);
        return container;
    }

    /// <summary>Gives a container that is shared, or that gets something, a place of its own.</summary>
    internal TraceValue Place(TraceValue value) =>
        value.IsContainer && value.Kind != TraceKind.Tuple && value.Index == TraceValue.Empty ? NewContainer(value.Kind, []) : value;

    internal void Add(TraceValue container, ReadOnlySpan<TraceValue> items)
    {
        if (!container.HasItems)
        {
            return;
        }

        foreach (var item in items)
        {
            HandOn(item);
        }

        ref var into = ref _containers[container.Index];
        foreach (var item in items[..Math.Min(items.Length, Math.Max(0, MaxItems - into.Count))])
        {
            _items.Add(new() { Value = item, Next = -1 });
            if (into.First < 0)
            {
                into.First = _items.Count - 1;
            }
            else
            {
                _items[into.Last].Next = _items.Count - 1;
            }

            into.Last = _items.Count - 1;
        }

        into.Count += items.Length;
    }

    /// <summary>Counts things that are put into a container and not kept.</summary>
    internal void AddUnseen(TraceValue container, int count)
    {
        if (container.HasItems)
        {
            _containers[container.Index].Count += count;
        }
    }

    /// <summary>Takes all out of a container, and puts others in.</summary>
    internal void Replace(TraceValue container, ReadOnlySpan<TraceValue> items)
    {
        _containers[container.Index] = new() { First = -1, Last = -1 };
        Add(container, items);
    }

    /// <summary>The first things in a container; the span has room for <see cref="MaxItems"/>.</summary>
    internal ReadOnlySpan<TraceValue> Items(TraceValue container, Span<TraceValue> room)
    {
        var count = 0;
        for (var at = container.HasItems ? _containers[container.Index].First : -1; at >= 0; at = _items[at].Next)
        {
            room[count++] = _items[at].Value;
        }

        return room[..count];
    }

    /// <summary>How many things there are in a container whose items are known.</summary>
    internal int Count(TraceValue container) => container.HasItems ? _containers[container.Index].Count : 0;

    internal void SetHook(TraceValue container, TraceHook hook, TraceValue value) => _hooks[(container.Index, hook)] = value;

    internal bool TryGetHook(TraceValue container, TraceHook hook, out TraceValue value)
    {
        value = default;
        return _hooks.Count > 0 && container.HasItems && _hooks.TryGetValue((container.Index, hook), out value);
    }

    private struct Container
    {
        internal int First;
        internal int Last;
        internal int Count;

        // One more than the index of the name, so that none is 0.
        internal int Class;
    }

    private struct Item
    {
        internal TraceValue Value;
        internal int Next;
    }
}
