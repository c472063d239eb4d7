namespace Torchkeep;

/// <summary>Whose state a dictionary is: what it is told by are the keys that PyTorch's state_dict() of each writes.</summary>
internal static class StateKind
{
    private const int MaxEntries = 1000;
    private const int MaxDepth = 3;

    internal const string Model = "a model";
    internal const string Optimizer = "an optimizer";
    internal const string Scheduler = "a learning-rate scheduler";

    private static readonly Dictionary<string, string> _variables = new() { [Model] = "model", [Optimizer] = "optimizer", [Scheduler] = "scheduler" };

    /// <summary>One of the kinds, or null.</summary>
    internal static string? Of(PyValue value) => value is not PyDict dict ? null
        : dict.TryGet("param_groups", out var groups) && groups is PyList && dict.TryGet("state", out _) ? Optimizer
        : dict.TryGet("last_epoch", out _) && (dict.TryGet("_last_lr", out _) || dict.TryGet("base_lrs", out _) || dict.TryGet("_step_count", out _)) ? Scheduler
        : dict.Count > 0 && dict.Take(MaxEntries).All(entry => entry.Key is PyString && entry.Value is PyTensor or PyCompositeTensor) ? Model
        : null;

    /// <summary>What to type where a value is not of the kind that was asked for: the call that takes it, or the part that is of the kind; or null.</summary>
    /// <param name="wanted">The kind.</param>
    /// <param name="value">The value.</param>
    /// <param name="expression">What C# calls it.</param>
    internal static string? Hint(string wanted, PyValue value, string expression)
    {
        var found = Of(value);
        if (found is not null && found != wanted)
        {
            return $"This is the state of {found}: {_variables[found]}.load_state_dict({expression}) takes it";
        }

        var parts = found is null ? Parts(wanted, value, expression, MaxDepth).Take(2).ToList() : [];
        return parts.Count == 0 ? null
            : $"The state of {wanted} is under {parts[0]}: {_variables[wanted]}.load_state_dict({parts[0]})";
    }

    // Breadth first, a little deep: what a training script keeps beside its model.
    private static IEnumerable<string> Parts(string wanted, PyValue value, string expression, int depth)
    {
        IEnumerable<(PyValue Value, string Expression)> children = value switch
        {
            PyDict dict => dict.Take(MaxEntries).Where(entry => entry.Key is PyString).Select(entry => (entry.Value, $"{expression}[{CodePath.Literal(((PyString)entry.Key).Value)}]")),
            PyList list => list.Items.Take(MaxEntries).Select((item, i) => (item, $"{expression}[{i}]")),
            _ => [],
        };
        var all = children.ToList();
        return all.Where(child => Of(child.Value) == wanted).Select(child => child.Expression)
            .Concat(depth <= 1 ? [] : all.Where(child => Of(child.Value) is null).SelectMany(child => Parts(wanted, child.Value, child.Expression, depth - 1)));
    }
}
