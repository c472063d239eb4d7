namespace Torchkeep.Values;

/// <summary>
/// Every value that a save of a root writes and that holds others or bytes, each object once: also keys, and what records are
/// made of. Without recursion, and however often an object is met.
/// </summary>
internal static class PyReachable
{
    internal static IEnumerable<PyValue> From(params IEnumerable<PyValue> roots)
    {
        var seen = new HashSet<PyValue>(ReferenceEqualityComparer.Instance);
        var pending = new Stack<PyValue>(roots.Reverse());
        var children = new List<PyValue>();
        while (pending.TryPop(out var value))
        {
            if (!seen.Add(value))
            {
                continue;
            }

            yield return value;
            children.Clear();
            AddChildren(value, children);
            for (var i = children.Count - 1; i >= 0; i--)
            {
                if (Holds(children[i]))
                {
                    pending.Push(children[i]);
                }
            }
        }
    }

    // Of what holds nothing a file can have millions, which nobody asks for.
    private static bool Holds(PyValue value) => value switch
    {
        PyDict dict => dict.Count > 0 || dict.Attributes is not null,
        PyList list => list.Count > 0,
        PyTuple tuple => !tuple.Items.IsEmpty,
        PySet set => set.Items.Count > 0,
        PyTensor or PyCompositeTensor or PyStorage or PyObject => true,
        _ => false,
    };

    private static void AddChildren(PyValue value, List<PyValue> children)
    {
        switch (value)
        {
            case PyDict dict:
                AddEntries(dict, children);
                Add(dict.Attributes, children);
                break;
            case PyList list:
                if (list.Count > 0)
                {
                    children.AddRange(list.Items);
                }

                break;
            case PyTuple tuple:
                children.AddRange(tuple.Items);
                break;
            case PySet set:
                children.AddRange(set.Items);
                break;
            case PyTensor tensor:
                Add(tensor.State, children);
                break;
            case PyCompositeTensor tensor:
                children.AddRange(tensor.Made);
                Add(tensor.State, children);
                break;
            case PyObject record:
                children.Add(record.Callable);
                children.Add(record.Arguments);
                Add(record.KeywordArguments, children);
                Add(record.Items, children);
                Add(record.Entries, children);
                Add(record.State, children);
                break;
        }
    }

    private static void AddEntries(PyDict dict, List<PyValue> children)
    {
        for (var i = 0; i < dict.Count; i++)
        {
            var (key, value) = dict.At(i);
            if (key is not (PyString or PyInt))
            {
                children.Add(key);
            }

            children.Add(value);
        }
    }

    private static void Add(PyValue? value, List<PyValue> children)
    {
        if (value is not null)
        {
            children.Add(value);
        }
    }
}
