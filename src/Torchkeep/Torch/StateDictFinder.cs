using Torchkeep.Values;

namespace Torchkeep.Torch;

/// <summary>Finds the state_dict in what was saved: the thing itself, a module, or what holds one of them under a usual name.</summary>
internal sealed class StateDictFinder(IModuleReader modules, FileBudget budget)
{
    /// <summary>The names that training scripts use, the surest first.</summary>
    internal static readonly string[] Names = ["state_dict", "model_state_dict", "model", "module", "ema"];

    private static readonly Func<PyValue, bool>[] _kinds = [IsTensor, IsTensorOrArray];

    // How the names start under which training scripts keep what is no model.
    private static readonly string[] _besides = ["optim", "lr_sched", "scheduler", "callbacks", "loops", "scaler", "rng"];

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

    /// <summary>Every state_dict and every module below a value, the likeliest first; what an optimizer or a score keeps is none.</summary>
    internal List<PyEntry> FindAll(PyEntry start)
    {
        List<(PyEntry Entry, int Rank)> found = [];
        var pending = new Stack<PyEntry>([start]);
        while (pending.TryPop(out var entry))
        {
            if (entry.Value is not (PyDict or PyObject or PyList or PyTuple) || !_seen.Add(entry.Value))
            {
                continue;
            }

            var dict = PythonContainers.Entries(entry.Value);
            var rank = RankOf(entry);
            if (modules.IsModule(entry.Value) || (dict is not null && IsStateDict(entry.Value, IsTensorOrArray) && (rank < Names.Length || !IsScore(dict))))
            {
                found.Add((entry, rank));
                continue;
            }

            // Tensors beside other values: such as a state_dict with extra state.
            if (entry.Depth > 0 && dict is not null && HasStringKeys(dict) && dict.Any(item => IsTensorOrArray(item.Value)))
            {
                found.Add((entry, rank + Names.Length + 1));
            }

            foreach (var child in PyWalker.Children(entry).Where(child => HoldsOthers(child.Value) && !IsNoise(child)).Reverse())
            {
                pending.Push(child);
            }
        }

        return [.. found.OrderBy(item => item.Rank).Select(item => item.Entry)];
    }

    private static int RankOf(PyEntry entry) => Array.IndexOf(Names, entry.Word) is >= 0 and var known ? known : Names.Length;

    // Of what is empty a file can have millions.
    private static bool HoldsOthers(PyValue value) => value is PyDict { Count: > 0 } or PyList { Count: > 0 } or PyTuple { Items.IsEmpty: false } or PyObject;

    // What training keeps beside a model.
    private static bool IsNoise(PyEntry entry) =>
        Array.Exists(_besides, start => entry.Word?.StartsWith(start, StringComparison.OrdinalIgnoreCase) == true)
        || (entry.Value is PyDict dict && dict.TryGet("param_groups", out _));

    private static bool IsScore(PyDict dict) => dict.Count > 0 && dict.All(entry => entry.Value is PyTensor { View.Shape.IsEmpty: true });

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
