namespace Torchkeep.Values;

/// <summary>
/// Visits a graph depth first, in the order of the file, without recursion. A value reached twice is visited twice. What
/// closes a cycle is an entry that knows the one above it, and nothing of it is visited again.
/// </summary>
internal static class PyWalker
{
    // Each level takes memory while it is open. Python's own pickler goes no deeper than its call stack, thousands of levels.
    private const int MaxNesting = 200_000;

    internal static IEnumerable<PyEntry> Walk(PyValue root, long maxEntries) => Walk([PyEntry.Root(root)], maxEntries);

    internal static IEnumerable<PyEntry> Walk(IReadOnlyList<PyEntry> roots, long maxEntries)
    {
        var open = new Dictionary<PyValue, PyEntry>(ReferenceEqualityComparer.Instance);
        var levels = new Stack<PyChildren>();
        long count = 0;
        foreach (var root in roots)
        {
            for (var entry = root; entry is not null; entry = Next(levels, open))
            {
                if (levels.Count > MaxNesting)
                {
                    throw new UnsupportedCheckpointException($"the object is nested more than {MaxNesting} deep");
                }

                if (count++ == maxEntries)
                {
                    throw new UnsupportedCheckpointException(
                        $"the object has more than {maxEntries} entries ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxEntries)} and {nameof(ReadLimits.MaxEntriesPerOpcode)})");
                }

                if (open.TryGetValue(entry.Value, out var above))
                {
                    entry.Above = above;
                    yield return entry;
                    continue;
                }

                yield return entry;
                var children = new PyChildren(entry);
                if (entry.Value is not PyTensor { State: null } && children.HasMore)
                {
                    open.Add(entry.Value, entry);
                    levels.Push(children);
                }
            }
        }
    }

    /// <summary>What lies right in a value, in the order of the file.</summary>
    internal static IEnumerable<PyEntry> Children(PyEntry entry)
    {
        for (var children = new PyChildren(entry); children.HasMore; children = children.Skip())
        {
            yield return children.First;
        }
    }

    // Only the place in each open value is kept: a list of a million entries is never a million entries here.
    private static PyEntry? Next(Stack<PyChildren> levels, Dictionary<PyValue, PyEntry> open)
    {
        while (levels.TryPop(out var level))
        {
            if (level.HasMore)
            {
                levels.Push(level.Skip());
                return level.First;
            }

            open.Remove(level.Parent.Value);
        }

        return null;
    }
}
