namespace Torchkeep.Values;

/// <summary>Finds values by a path, in the notation of <see cref="PyEntry.Path"/> or of <see cref="PyEntry.Name"/>.</summary>
internal static class PyPath
{
    /// <summary>
    /// Every way that the path can be read from a root on: <c>a.b</c> is the key <c>b</c> under <c>a</c>, or the key
    /// <c>a.b</c>.
    /// </summary>
    internal static List<PyEntry> Find(IReadOnlyList<PyEntry> roots, string path)
    {
        var found = new List<PyEntry>();
        var seen = new HashSet<(PyValue, int, bool)>();
        var pending = new Stack<(PyEntry Entry, int Position, bool IsName)>();
        foreach (var root in roots.Reverse())
        {
            Push(root, 0, root.Step, isName: false);
            Push(root, 0, root.NamePart, isName: true);
        }

        while (pending.TryPop(out var next))
        {
            var (entry, position, isName) = next;
            if (position == path.Length)
            {
                found.Add(entry);
                continue;
            }

            var children = PyWalker.Children(entry).ToList();
            for (var i = children.Count - 1; i >= 0; i--)
            {
                var name = children[i].NamePart;
                if (!isName)
                {
                    Push(children[i], position, children[i].Step, isName: false);
                }
                else if (position == 0 || path[position] == '.')
                {
                    Push(children[i], position == 0 ? 0 : position + 1, name, isName: true);
                }
            }
        }

        return found;

        void Push(PyEntry entry, int position, string step, bool isName)
        {
            var end = position + step.Length;
            if (string.CompareOrdinal(path, position, step, 0, step.Length) == 0
                && (!isName || end == path.Length || end == 0 || path[end] == '.')
                && seen.Add((entry.Value, end, isName)))
            {
                pending.Push((entry, end, isName));
            }
        }
    }
}
