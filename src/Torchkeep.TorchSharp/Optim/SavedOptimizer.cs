namespace Torchkeep;

/// <summary>
/// An optimizer's state_dict as a file has it: PyTorch's own, with numbers or, by <c>get_optimizer_state_dict</c>
/// (torch/distributed/checkpoint/state_dict.py), names for the parameters; or the latter flattened to one dictionary.
/// </summary>
internal sealed class SavedOptimizer
{
    private const string GroupPrefix = "param_groups.";
    private const string StatePrefix = "state.";

    private SavedOptimizer(IReadOnlyList<SavedGroup> groups, PyDict state)
    {
        Groups = groups;
        State = state;
    }

    internal IReadOnlyList<SavedGroup> Groups { get; }

    /// <summary>What each parameter has, under the members of the groups.</summary>
    internal PyDict State { get; }

    /// <summary>Whether the parameters are named rather than numbered, so that only names can find them.</summary>
    internal bool IsKeyedByName => Groups.Any(group => group.Members.Any(member => member is PyString));

    /// <param name="value">The dictionary.</param>
    /// <param name="namesOfGroups">The names of the parameters of each group to be loaded; null without a module. A flattened dictionary has no groups of its own.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <exception cref="ArgumentException">It is no optimizer's state_dict at all.</exception>
    internal static SavedOptimizer Read(PyValue value, IReadOnlyList<IReadOnlyList<string>>? namesOfGroups, List<string> problems)
    {
        if (value is not PyDict dict)
        {
            throw new ArgumentException(SafeText.Escape($"Expected state_dict to be dict-like, got <class '{FileStateEntry.PythonClass(value)}'>."));
        }

        if (dict.TryGet("param_groups", out var groups))
        {
            PyValue? state = null;
            return groups is PyList list && dict.TryGet("state", out state) && state is PyDict states
                ? new([.. list.Items.Select((group, i) => ReadGroup(group, i, problems))], states)
                : throw new ArgumentException(SafeText.Escape($"Expected the state_dict of an optimizer to have a list 'param_groups' and a dict 'state', found {groups.TypeName} and {state?.TypeName ?? "no 'state'"}."));
        }

        if (!dict.Any(entry => entry.Key is PyString { Value: var key } && key.StartsWith(GroupPrefix, StringComparison.Ordinal)))
        {
            throw new ArgumentException(SafeText.Escape($"The state_dict of an optimizer has a key 'param_groups', and this one has {string.Join(", ", dict.Take(5).Select(entry => entry.Key))}{(dict.Count > 5 ? ", ..." : "")}."));
        }

        return namesOfGroups is null
            ? throw new ArgumentException("A flattened state_dict of an optimizer names the parameters; give load_state_dict the module that has these names.")
            : Unflatten(dict, namesOfGroups, problems);
    }

    private static SavedGroup ReadGroup(PyValue value, int index, List<string> problems)
    {
        var options = new OrderedDictionary<string, PyValue>(StringComparer.Ordinal);
        foreach (var (key, option) in value as PyDict ?? [])
        {
            options[key is PyString name ? name.Value : key.ToString()!] = option;
        }

        List<PyValue> members = [];
        if (options.Remove("params", out var numbers) && numbers is PyList list)
        {
            members = list.Items;
        }
        else
        {
            problems.Add($"group {index} has no list 'params'");
        }

        List<string>? names = null;
        if (options.TryGetValue("param_names", out var given) && given is PyList givenNames)
        {
            names = [.. givenNames.Items.OfType<PyString>().Select(name => name.Value)];
            if (names.Count != members.Count)
            {
                problems.Add($"group {index} has {members.Count} parameters and {names.Count} names for them in 'param_names'");
                names = null;
            }
        }
        else if (members.Count > 0 && members.TrueForAll(member => member is PyString))
        {
            names = members.ConvertAll(member => member.AsString());
        }

        return new(options, members, names);
    }

    private static SavedOptimizer Unflatten(PyDict dict, IReadOnlyList<IReadOnlyList<string>> namesOfGroups, List<string> problems)
    {
        PyDict state = [];
        Dictionary<string, OrderedDictionary<string, PyValue>> options = [];
        foreach (var (key, value) in dict)
        {
            var path = key is PyString text ? text.Value : "";
            var dot = path.LastIndexOf('.');
            if (path.StartsWith(GroupPrefix, StringComparison.Ordinal) && dot > GroupPrefix.Length)
            {
                var name = path[GroupPrefix.Length..dot];
                if (!options.TryGetValue(name, out var own))
                {
                    options[name] = own = new(StringComparer.Ordinal);
                }

                own[path[(dot + 1)..]] = value;
            }
            else if (path.StartsWith(StatePrefix, StringComparison.Ordinal) && dot > StatePrefix.Length)
            {
                var name = path[StatePrefix.Length..dot];
                var entry = state.TryGet(name, out var known) ? (PyDict)known : [];
                entry[path[(dot + 1)..]] = value;
                state[name] = entry;
            }
            else
            {
                problems.Add($"{key} is neither the state nor an option of a parameter");
            }
        }

        problems.AddRange(options.Keys.Except(namesOfGroups.SelectMany(names => names)).Select(name => $"there are options for \"{name}\", which is in no group"));
        return new([.. namesOfGroups.Select((names, i) => Join(names, i, options, problems))], state);
    }

    // The parameters of one group have their options in common.
    private static SavedGroup Join(
        IReadOnlyList<string> wanted, int index, Dictionary<string, OrderedDictionary<string, PyValue>> options, List<string> problems)
    {
        List<string> names = [.. wanted.Where(options.ContainsKey)];
        problems.AddRange(wanted.Except(names).Select(name => $"there are no options for \"{name}\""));
        var first = names.Count == 0 ? new(StringComparer.Ordinal) : options[names[0]];
        foreach (var name in names)
        {
            foreach (var key in first.Keys.Union(options[name].Keys))
            {
                if (!IsSame(first.GetValueOrDefault(key), options[name].GetValueOrDefault(key)))
                {
                    problems.Add($"\"{names[0]}\" and \"{name}\" are in one group, group {index}, and differ in '{key}'");
                }
            }
        }

        return new(first, names.ConvertAll(PyValue (name) => name), names);
    }

    private static bool IsSame(PyValue? one, PyValue? other) => Equals(one, other) || (one, other) switch
    {
        (PyTuple left, PyTuple right) => left.Items.SequenceEqual(right.Items),
        (PyList left, PyList right) => left.Items.SequenceEqual(right.Items),
        (PyObject left, PyObject right) => PyNumber.WithoutNumpy(left).Equals(PyNumber.WithoutNumpy(right)),
        (PyTensor { View: { ElementCount: 1 } left }, PyTensor { View: { ElementCount: 1 } right }) =>
            left.ElementType == right.ElementType && BytesOf(left).AsSpan().SequenceEqual(BytesOf(right)),
        _ => false,
    };

    private static byte[] BytesOf(TensorView view)
    {
        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return bytes;
    }
}
