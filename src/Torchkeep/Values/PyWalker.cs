namespace Torchkeep.Values;

/// <summary>
/// Visits a graph depth first, in the order of the file, without recursion. A value reached twice is visited twice, a
/// cycle is cut where it closes.
/// </summary>
internal static class PyWalker
{
    internal static IEnumerable<PyEntry> Walk(PyValue root, long maxEntries) => Walk([PyEntry.Root(root)], maxEntries);

    internal static IEnumerable<PyEntry> Walk(IReadOnlyList<PyEntry> roots, long maxEntries)
    {
        // A container is pushed twice: to be visited, then to be left.
        var pending = new Stack<(PyEntry Entry, bool Leave)>();
        var open = new HashSet<PyValue>(ReferenceEqualityComparer.Instance);
        long count = 0;
        foreach (var root in roots.Reverse())
        {
            pending.Push((root, Leave: false));
        }

        while (pending.TryPop(out var next))
        {
            var entry = next.Entry;
            if (next.Leave)
            {
                open.Remove(entry.Value);
                continue;
            }

            if (count++ == maxEntries)
            {
                throw new UnsupportedCheckpointException(
                    $"the object has more than {maxEntries} entries ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxEntries)})");
            }

            yield return entry;
            if (entry.Value is PyTensor { State: null })
            {
                continue;
            }

            var children = Children(entry);
            if (children.Count == 0)
            {
                continue;
            }

            open.Add(entry.Value);
            pending.Push((entry, Leave: true));
            for (var i = children.Count - 1; i >= 0; i--)
            {
                if (!open.Contains(children[i].Value))
                {
                    pending.Push((children[i], Leave: false));
                }
            }
        }
    }

    /// <summary>What lies right in a value, in the order of the file.</summary>
    internal static List<PyEntry> Children(PyEntry entry)
    {
        var children = new List<PyEntry>();
        switch (entry.Value)
        {
            case PyDict dict:
                AddEntries(dict);
                AddAttributes(dict.Attributes);
                break;
            case PyList list:
                AddItems(list.Items);
                break;
            case PyTuple tuple:
                AddItems(tuple.Items);
                break;
            case PySet set:
                AddItems(set.Items);
                break;
            case PyTensor tensor:
                AddAttributes(tensor.State);
                break;
            case PyCompositeTensor composite:
                foreach (var (name, part) in composite.Parts)
                {
                    Add(PyStepKind.Attribute, name, part);
                }

                AddAttributes(composite.State);
                break;
            case PyObject record:
                for (var i = 0; i < record.Arguments.Items.Length; i++)
                {
                    Add(PyStepKind.Argument, $"arg{i}", record.Arguments.Items[i]);
                }

                foreach (var (key, value) in record.KeywordArguments ?? [])
                {
                    Add(PyStepKind.Argument, key is PyString name ? (object)name.Value : key, value);
                }

                AddItems(record.Items?.Items ?? []);
                AddEntries(record.Entries ?? []);
                AddAttributes(record.State);
                break;
        }

        return children;

        void AddEntries(PyDict dict)
        {
            foreach (var (key, value) in dict)
            {
                Add(PyStepKind.Key, key, value);
            }
        }

        void AddItems(IReadOnlyList<PyValue> items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Add(PyStepKind.Index, i, items[i]);
            }
        }

        void AddAttributes(PyValue? state)
        {
            if (state is PyDict attributes)
            {
                foreach (var (key, value) in attributes)
                {
                    Add(PyStepKind.Attribute, key is PyString name ? (object)name.Value : key, value);
                }
            }
            else if (state is not null)
            {
                Add(PyStepKind.Attribute, "state", state);
            }
        }

        void Add(PyStepKind step, object key, PyValue value) => children.Add(new(entry, step, key, value));
    }
}
