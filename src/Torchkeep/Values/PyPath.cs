namespace Torchkeep.Values;

/// <summary>Finds values by a path, in the notation of <see cref="PyEntry.Path"/> or of <see cref="PyEntry.Name"/>.</summary>
internal static class PyPath
{
    private static readonly (bool IsName, Func<PyEntry, string> TextOf)[] _readings =
    [
        (false, entry => entry.Step), (true, entry => entry.NamePart), (false, entry => entry.UnnumberedStep), (true, entry => entry.UnnumberedNamePart),
    ];

    /// <summary>
    /// The value that has the path. Where none has it, every way that it can be read as a name: <c>a.b</c> is the key <c>b</c>
    /// under <c>a</c>, or the key <c>a.b</c>. Else what has it but for the numbers of <see cref="PySiblings"/>.
    /// </summary>
    internal static List<PyEntry> Find(IReadOnlyList<PyEntry> roots, string path)
    {
        foreach (var (isName, textOf) in _readings)
        {
            if (Find(roots, path, isName, textOf) is { Count: > 0 } found)
            {
                return found;
            }
        }

        return [];
    }

    private static List<PyEntry> Find(IReadOnlyList<PyEntry> roots, string path, bool isName, Func<PyEntry, string> textOf)
    {
        var found = new List<PyEntry>();
        var seen = new HashSet<(PyValue, int)>();
        var pending = new Stack<(PyEntry Entry, int Position)>();
        foreach (var root in roots.Reverse())
        {
            Push(root, 0);
        }

        while (pending.TryPop(out var next))
        {
            var (entry, position) = next;
            if (position == path.Length)
            {
                found.Add(entry);
                continue;
            }

            // Behind each part of a name is a dot, but for a root that has none.
            if (isName && entry.HasName && path[position++] != '.')
            {
                continue;
            }

            foreach (var child in PyWalker.Children(entry).Reverse())
            {
                Push(child, position);
            }
        }

        return found;

        void Push(PyEntry entry, int position)
        {
            var text = textOf(entry);
            var end = position + text.Length;
            if (string.CompareOrdinal(path, position, text, 0, text.Length) == 0
                && (!isName || !entry.HasName || end == path.Length || path[end] == '.')
                && seen.Add((entry.Value, end)))
            {
                pending.Push((entry, end));
            }
        }
    }
}
