using Torchkeep.Values;

namespace Torchkeep.Torch;

/// <summary>Finds the state_dict in what was saved: the thing itself, a module, or what holds one of them under a usual name.</summary>
internal sealed class StateDictFinder(IModuleReader modules, FileBudget budget)
{
    /// <summary>The names that training scripts use, the surest first.</summary>
    internal static readonly string[] Names = ["state_dict", "model_state_dict", "model", "module", "ema"];

    private readonly HashSet<PyValue> _seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>The state_dict in a value.</summary>
    /// <param name="start">Where to look.</param>
    /// <param name="isNamed">Whether the caller named this very value, so that a dictionary of tensors and more is meant as it is.</param>
    /// <exception cref="KeyNotFoundException">There is none, or several of which none is the likelier.</exception>
    internal PyDict Find(PyEntry start, bool isNamed) => Take(FindValue(start, isNamed));

    /// <summary>The module or the dictionary that <see cref="Find"/> takes it of.</summary>
    internal PyValue FindValue(PyEntry start, bool isNamed)
    {
        // A model may have no parameters; elsewhere such a dictionary says nothing.
        if (start.Value is PyDict { IsOrdered: true, Count: 0 } empty)
        {
            return empty;
        }

        if (UnderKnownNames(start) is { } found)
        {
            return found.Value;
        }

        // Under any other name when there is but one: two networks in one file are the caller's to choose from.
        List<PyEntry> candidates = [.. PyWalker.Children(start).Select(UnderKnownNames).OfType<PyEntry>()];
        return candidates switch
        {
            [var only] => only.Value,
            [] when isNamed && start.Value is PyDict dict && HasStringKeys(dict) && dict.Any(entry => IsTensor(entry.Value)) => dict,
            [] => throw new KeyNotFoundException(SafeText.Escape(NothingIn(start))),
            _ => throw new KeyNotFoundException(
                SafeText.Escape($"there are {candidates.Count} state_dicts, and nothing says which is meant; give the path of one: {Brief(candidates)}")),
        };
    }

    // Depth first in the order of the names; the first is taken.
    private PyEntry? UnderKnownNames(PyEntry start)
    {
        var pending = new Stack<PyEntry>([start]);
        while (pending.TryPop(out var entry))
        {
            // Nothing else is one or holds one, and there may be millions of them.
            if (entry.Value is not (PyDict or PyObject) || !_seen.Add(entry.Value))
            {
                continue;
            }

            if (modules.IsModule(entry.Value) || (entry.Value is PyDict dict && IsStateDict(dict)))
            {
                return entry;
            }

            if (entry.Value is PyDict or PyObject)
            {
                var found = new PyEntry?[Names.Length];
                foreach (var child in PyWalker.Children(entry))
                {
                    if (Array.IndexOf(Names, child.NamePart) is >= 0 and var place)
                    {
                        found[place] ??= child;
                    }
                }

                // The surest is on top.
                foreach (var child in found.OfType<PyEntry>().Reverse())
                {
                    pending.Push(child);
                }
            }
        }

        return null;
    }

    private PyDict Take(PyValue value) => modules.IsModule(value) ? StateDictBuilder.Build(value, modules, budget) : (PyDict)value;

    // Of an empty one, or one with extra state, _metadata alone tells.
    private static bool IsStateDict(PyDict dict) =>
        HasStringKeys(dict)
        && (dict.Attributes?.TryGet(new PyString(TorchNames.Metadata), out _) == true || (dict.Count > 0 && dict.All(entry => IsTensor(entry.Value))));

    private static bool HasStringKeys(PyDict dict) => dict.All(entry => entry.Key is PyString);

    private static bool IsTensor(PyValue value) => value is PyTensor or PyCompositeTensor || (value is PyObject { Callable: PyGlobal callable } && TorchNames.IsTensorCall(callable));

    private static string NothingIn(PyEntry start)
    {
        const int Shown = 20;
        var children = PyWalker.Children(start);
        var count = children.Count();
        var tensors = children.Count(child => child.Value is PyTensor or PyCompositeTensor);
        var holds = count == 0 ? "" : $" with {string.Join(", ", children.Take(Shown).Select(child => child.Step))}{(count > Shown ? $" and {count - Shown} more" : "")}";
        var hint = tensors == 0 ? "" : $"; it has {tensors} tensors among other values: give the path '{start.Path}' to take it as it is";
        return $"there is no state_dict and no module in '{start.Path}', which is {start.Value.Brief}{holds}{hint}";
    }

    private static string Brief(List<PyEntry> candidates)
    {
        const int Shown = 20;
        return string.Join(", ", candidates.Take(Shown).Select(candidate => candidate.Path)) + (candidates.Count > Shown ? $" and {candidates.Count - Shown} more" : "");
    }
}
