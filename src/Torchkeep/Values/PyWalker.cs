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
        var open = new HashSet<PyValue>(ReferenceEqualityComparer.Instance);
        var levels = new Stack<(IReadOnlyList<PyEntry> Entries, int Next)>([(roots, 0)]);
        long count = 0;
        while (levels.TryPop(out var level))
        {
            if (level.Next == level.Entries.Count)
            {
                // The roots lie in nothing.
                if (level.Entries is [{ Parent: { } left }, ..])
                {
                    open.Remove(left.Value);
                }

                continue;
            }

            levels.Push((level.Entries, level.Next + 1));
            var entry = level.Entries[level.Next];
            if (open.Contains(entry.Value))
            {
                continue;
            }

            if (count++ == maxEntries)
            {
                throw new UnsupportedCheckpointException(
                    $"the object has more than {maxEntries} entries ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxEntries)})");
            }

            yield return entry;
            if (entry.Value is not PyTensor { State: null } && Children(entry) is { Count: > 0 } children)
            {
                open.Add(entry.Value);
                levels.Push((children, 0));
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
            children.EnsureCapacity(children.Count + dict.Count);
            foreach (var (key, value) in dict)
            {
                Add(PyStepKind.Key, key, value);
            }
        }

        void AddItems(IReadOnlyList<PyValue> items)
        {
            children.EnsureCapacity(children.Count + items.Count);
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
