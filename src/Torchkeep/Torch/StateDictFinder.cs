using Torchkeep.Values;

namespace Torchkeep.Torch;

/// <summary>Finds the state_dict in what was saved: the thing itself, a module, or what holds one of them under a usual name.</summary>
internal sealed class StateDictFinder(IModuleReader modules, FileBudget budget)
{
    /// <summary>The names that training scripts use, the surest first.</summary>
    internal static readonly string[] Names = ["state_dict", "model_state_dict", "model", "module", "ema"];

    private static readonly Func<PyValue, bool>[] _kinds = [IsTensor, IsTensorOrArray];

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

        // Of two that could be meant the one of tensors is: arrays of NumPy are often statistics beside them.
        foreach (var isTensor in _kinds)
        {
            _seen.Clear();
            if (UnderKnownNames(start, isTensor) is { } found)
            {
                return found.Value;
            }
        }

        // Under any other name when there is but one: two networks in one file are the caller's to choose from.
        var candidates = _kinds.Select(isTensor => UnderOtherNames(start, isTensor)).FirstOrDefault(found => found.Count > 0) ?? [];
        return candidates switch
        {
            [var only] => only.Value,
            [] when isNamed && PythonContainers.Entries(start.Value) is { } dict && HasStringKeys(dict)
                && dict.Any(entry => IsTensorOrArray(entry.Value)) => start.Value,
            [] => throw new KeyNotFoundException(SafeText.Escape(NothingIn(start))),
            _ => throw new KeyNotFoundException(
                SafeText.Escape($"there are {candidates.Count} state_dicts, and nothing says which is meant; give the path of one: {Brief(candidates)}")),
        };
    }

    private List<PyEntry> UnderOtherNames(PyEntry start, Func<PyValue, bool> isTensor)
    {
        _seen.Clear();
        _seen.Add(start.Value);
        return [.. PyWalker.Children(start).Select(child => UnderKnownNames(child, isTensor)).OfType<PyEntry>()];
    }

    // Depth first in the order of the names; the first is taken.
    private PyEntry? UnderKnownNames(PyEntry start, Func<PyValue, bool> isTensor)
    {
        var pending = new Stack<PyEntry>([start]);
        while (pending.TryPop(out var entry))
        {
            // Nothing else is one or holds one, and there may be millions of them.
            if (entry.Value is not (PyDict or PyObject) || !_seen.Add(entry.Value))
            {
                continue;
            }

            if (modules.IsModule(entry.Value) || IsStateDict(entry.Value, isTensor))
            {
                return entry;
            }

            var found = new PyEntry?[Names.Length];
            foreach (var child in PyWalker.Children(entry))
            {
                if (child.Word is { } name && Array.IndexOf(Names, name) is >= 0 and var place)
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

        return null;
    }

    private PyDict Take(PyValue value)
    {
        if (modules.IsModule(value))
        {
            return StateDictBuilder.Build(value, modules, budget);
        }

        var dict = PythonContainers.Entries(value)!;
        var isOfArrays = dict.Any(entry => NumpyReader.IsArray(entry.Value)) && dict.All(entry => IsTensorOrArray(entry.Value));
        if (value is PyDict && !isOfArrays)
        {
            return dict;
        }

        // A record with entries, as a class of its own derived from OrderedDict, is a dictionary to PyTorch.
        var state = new PyDict(isOrdered: true) { Attributes = PythonContainers.Attributes(value) is { Count: > 0 } attributes ? attributes : null };
        foreach (var (key, entry) in dict)
        {
            state.Add(key, isOfArrays && entry.TryAsTensor(out var tensor) ? tensor : entry);
        }

        return state;
    }

    // Of an empty one, or one with extra state, _metadata alone tells.
    private static bool IsStateDict(PyValue value, Func<PyValue, bool> isTensor) =>
        PythonContainers.Entries(value) is { } dict && HasStringKeys(dict)
        && (PythonContainers.Attributes(value)?.TryGet(new PyString(TorchNames.Metadata), out _) == true || (dict.Count > 0 && dict.All(entry => isTensor(entry.Value))));

    private static bool HasStringKeys(PyDict dict) => dict.All(entry => entry.Key is PyString);

    private static bool IsTensor(PyValue value) => value is PyTensor or PyCompositeTensor || (value is PyObject { Callable: PyGlobal callable } && TorchNames.IsTensorCall(callable));

    private static bool IsTensorOrArray(PyValue value) => IsTensor(value) || NumpyReader.IsArray(value);

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
