namespace Torchkeep.Values;

/// <summary>What lies right in a value, from one place on, in the order of the file: nothing of it is copied.</summary>
/// <param name="parent">The entry of the value.</param>
/// <param name="start">How many come before.</param>
internal readonly struct PyChildren(PyEntry parent, int start = 0)
{
    internal PyEntry Parent => parent;

    internal bool HasMore => start < Count;

    internal PyEntry First => At(start);

    /// <summary>How many lie in the value, whatever the start.</summary>
    internal int Count => CountIn(parent.Value);

    internal PyChildren Skip() => new(parent, start + 1);

    private static int CountIn(PyValue value) => value switch
    {
        PyDict dict => dict.Count + CountAttributes(dict.Attributes),
        PyList list => list.Count,
        PyTuple tuple => tuple.Items.Length,
        PySet set => set.Items.Count,
        PyTensor tensor => CountAttributes(tensor.State),
        PyCompositeTensor composite => composite.Parts.Count + CountAttributes(composite.State),
        PyObject record => record.Arguments.Items.Length + (record.KeywordArguments?.Count ?? 0) + (record.Items?.Count ?? 0) + (record.Entries?.Count ?? 0)
            + CountAttributes(record.State),
        _ => 0,
    };

    private static int CountAttributes(PyValue? state) => state is null ? 0 : state is PyDict attributes ? attributes.Count : 1;

    internal PyEntry At(int place)
    {
        switch (parent.Value)
        {
            case PyDict dict:
                return place < dict.Count ? Entry(dict, place, place) : Attribute(dict.Attributes!, place - dict.Count, place);
            case PyList list:
                return Item(list.Items[place], place);
            case PyTuple tuple:
                return Item(tuple.Items[place], place);
            case PySet set:
                return Item(set.Items[place], place);
            case PyTensor tensor:
                return Attribute(tensor.State!, place, place);
            case PyCompositeTensor composite:
                var parts = composite.Parts;
                return place < parts.Count
                    ? new(parent, PyStepKind.Attribute, parts[place].Key, parts[place].Value, place)
                    : Attribute(composite.State!, place - parts.Count, place);
            default:
                return At((PyObject)parent.Value, place);
        }
    }

    private PyEntry At(PyObject record, int place)
    {
        var rest = place;
        if (rest < record.Arguments.Items.Length)
        {
            return new(parent, PyStepKind.Argument, $"arg{rest}", record.Arguments.Items[rest], place);
        }

        rest -= record.Arguments.Items.Length;
        if (record.KeywordArguments is { } keywords)
        {
            if (rest < keywords.Count)
            {
                return Named(PyStepKind.Argument, keywords.At(rest), place);
            }

            rest -= keywords.Count;
        }

        if (record.Items is { } items)
        {
            if (rest < items.Count)
            {
                return Item(items.Items[rest], place);
            }

            rest -= items.Count;
        }

        if (record.Entries is { } entries)
        {
            if (rest < entries.Count)
            {
                return Entry(entries, rest, place);
            }

            rest -= entries.Count;
        }

        return Attribute(record.State!, rest, place);
    }

    private PyEntry Item(PyValue item, int place) => new(parent, PyStepKind.Index, key: null, item, place);

    private PyEntry Entry(PyDict dict, int index, int place)
    {
        var (key, value) = dict.At(index);
        return new(parent, PyStepKind.Key, key, value, place);
    }

    private PyEntry Attribute(PyValue state, int index, int place) =>
        state is PyDict attributes ? Named(PyStepKind.Attribute, attributes.At(index), place) : new(parent, PyStepKind.Attribute, "state", state, place);

    private PyEntry Named(PyStepKind step, KeyValuePair<PyValue, PyValue> entry, int place) =>
        new(parent, step, entry.Key is PyString { Value.Length: <= PyKeyComparer.MaxTextLength } name ? (object)name.Value : entry.Key, entry.Value, place);
}
