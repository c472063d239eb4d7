using Torchkeep.Values;

namespace Torchkeep;

/// <summary>A value and the way to it from the root of a checkpoint.</summary>
public sealed class PyEntry
{
    private readonly PyEntry? _parent;
    private readonly PyStepKind _step;
    private readonly object? _key;

    internal PyEntry(PyEntry? parent, PyStepKind step, object? key, PyValue value)
    {
        _parent = parent;
        _step = step;
        _key = key;
        Value = value;
    }

    /// <summary>The value.</summary>
    public PyValue Value { get; }

    /// <summary>
    /// The way as Python would write it: <c>$</c> is the root, <c>['key']</c> an entry under a string key, <c>[3]</c> an
    /// entry of a list or tuple or one under the key 3, <c>.name</c> an attribute, <c>(arg0)</c> an argument of a record.
    /// </summary>
    public string Path => string.Concat(Steps().Select(step => step._step switch
    {
        PyStepKind.Root => "$",
        PyStepKind.Key or PyStepKind.Index => $"[{step._key}]",
        PyStepKind.Attribute => $".{step._key}",
        _ => $"({step._key})",
    }));

    /// <summary>
    /// The way as a state_dict names it: keys and attributes joined by dots, such as <c>model.layer1.0.weight</c>; empty
    /// for the root.
    /// </summary>
    public string Name => string.Join('.', Steps().Skip(1).Select(step => step._key is PyString text ? text.Value : step._key!.ToString()));

    private Stack<PyEntry> Steps()
    {
        var steps = new Stack<PyEntry>();
        for (var entry = this; entry is not null; entry = entry._parent)
        {
            steps.Push(entry);
        }

        return steps;
    }
}
