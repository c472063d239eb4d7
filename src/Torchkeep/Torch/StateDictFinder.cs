using Torchkeep.Values;

namespace Torchkeep.Torch;

/// <summary>Finds the state_dict in what was saved: the thing itself, a module, or what holds one of them under a usual name.</summary>
internal sealed class StateDictFinder(IModuleReader modules, FileBudget budget)
{
    /// <summary>The names that training scripts use, the surest first.</summary>
    internal static readonly string[] Names = ["state_dict", "model_state_dict", "model", "module", "ema"];

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
            if (modules.IsModule(entry.Value) || (dict is not null && IsStateDict(dict) && (rank < Names.Length || !IsScore(dict))))
            {
                found.Add((entry, rank));
                continue;
            }

            // Tensors beside other values: such as a state_dict with extra state.
            if (entry.Depth > 0 && dict is not null && HasStringKeys(dict) && dict.Any(item => IsTensor(item.Value)))
            {
                found.Add((entry, rank + Names.Length + 1));
            }

            foreach (var child in PyWalker.Children(entry).Reverse())
            {
                if (!IsNoise(child))
                {
                    pending.Push(child);
                }
            }
        }

        return [.. found.OrderBy(item => item.Rank).Select(item => item.Entry)];
    }

    private static int RankOf(PyEntry entry) => Array.IndexOf(Names, entry.NamePart) is >= 0 and var known ? known : Names.Length;

    // What training keeps beside a model.
    private static bool IsNoise(PyEntry entry) =>
        Array.Exists(_besides, start => entry.NamePart.StartsWith(start, StringComparison.OrdinalIgnoreCase))
        || (entry.Value is PyDict dict && dict.TryGet("param_groups", out _));

    private static bool IsScore(PyDict dict) => dict.Count > 0 && dict.All(entry => entry.Value is PyTensor { View.Shape.IsEmpty: true });

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
