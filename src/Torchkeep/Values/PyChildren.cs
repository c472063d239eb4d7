namespace Torchkeep.Values;

/// <summary>What lies right in a value, from one place on, in the order of the file: nothing of it is copied.</summary>
/// <param name="parent">The entry of the value.</param>
/// <param name="start">How many come before.</param>
internal readonly struct PyChildren(PyEntry parent, int start = 0)
{
    internal PyEntry Parent => parent;

    internal bool HasMore => start < Count(parent.Value);

    internal PyEntry First => At(start);

    internal PyChildren Skip() => new(parent, start + 1);

    private static int Count(PyValue value) => value switch
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

    private PyEntry At(int place)
    {
        switch (parent.Value)
        {
            case PyDict dict:
                return place < dict.Count ? Entry(dict, place) : Attribute(dict.Attributes!, place - dict.Count);
            case PyList list:
                return Item(list.Items[place], place);
            case PyTuple tuple:
                return Item(tuple.Items[place], place);
            case PySet set:
                return Item(set.Items[place], place);
            case PyTensor tensor:
                return Attribute(tensor.State!, place);
            case PyCompositeTensor composite:
                var parts = composite.Parts;
                return place < parts.Count ? new(parent, PyStepKind.Attribute, parts[place].Key, parts[place].Value) : Attribute(composite.State!, place - parts.Count);
            default:
                return At((PyObject)parent.Value, place);
        }
    }

    private PyEntry At(PyObject record, int place)
    {
        if (place < record.Arguments.Items.Length)
        {
            return new(parent, PyStepKind.Argument, $"arg{place}", record.Arguments.Items[place]);
        }

        place -= record.Arguments.Items.Length;
        if (record.KeywordArguments is { } keywords)
        {
            if (place < keywords.Count)
            {
                return Named(PyStepKind.Argument, keywords.At(place));
            }

            place -= keywords.Count;
        }

        if (record.Items is { } items)
        {
            if (place < items.Count)
            {
                return Item(items.Items[place], place);
            }

            place -= items.Count;
        }

        if (record.Entries is { } entries)
        {
            if (place < entries.Count)
            {
                return Entry(entries, place);
            }

            place -= entries.Count;
        }

        return Attribute(record.State!, place);
    }

    private PyEntry Item(PyValue item, int place) => new(parent, place, item);

    private PyEntry Entry(PyDict dict, int place)
    {
        var (key, value) = dict.At(place);
        return new(parent, PyStepKind.Key, key, value);
    }

    private PyEntry Attribute(PyValue state, int place) =>
        state is PyDict attributes ? Named(PyStepKind.Attribute, attributes.At(place)) : new(parent, PyStepKind.Attribute, "state", state);

    private PyEntry Named(PyStepKind step, KeyValuePair<PyValue, PyValue> entry) =>
        new(parent, step, entry.Key is PyString name ? (object)name.Value : entry.Key, entry.Value);
}
