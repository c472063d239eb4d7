using System.Globalization;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>A value and the way to it from the root of a checkpoint.</summary>
public sealed class PyEntry
{
    private const int MaxNameLength = 1 << 28;

    private readonly PyStepKind _step;
    private readonly object? _key;

    // An index has no object of its own.
    private readonly int _index = -1;

    internal PyEntry(PyEntry? parent, PyStepKind step, object? key, PyValue value)
    {
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        _step = step;
        _key = key;
        Value = value;
        NameLength = (parent?.NameLength ?? 0) + 1 + (key switch
        {
            PyString text => text.Value.Length,
            string text => text.Length,
            _ => 0,
        });
    }

    internal PyEntry(PyEntry parent, int index, PyValue value)
        : this(parent, PyStepKind.Index, key: null, value) => _index = index;

    /// <summary>The entry of the value that this one lies in, or null for a root.</summary>
    public PyEntry? Parent { get; }

    /// <summary>The number of steps from the root; 0 for a root.</summary>
    public int Depth { get; }

    /// <summary>The value.</summary>
    public PyValue Value { get; }

    /// <summary>
    /// The way as Python would write it: <c>$</c> is the root, <c>['key']</c> an entry under a string key, <c>[3]</c> an
    /// entry of a list or tuple or one under the key 3, <c>.name</c> an attribute, <c>(arg0)</c> an argument of a record.
    /// What a file holds beside its object starts with a name in place of <c>$</c>, such as <c>constants</c>
    /// (<see cref="Checkpoint.Roots"/>).
    /// </summary>
    public string Path => string.Concat(Array.ConvertAll(Steps(), entry => entry.Step));

    /// <summary>The last part of <see cref="Path"/>: <c>['key']</c>, <c>[3]</c>, <c>.name</c>, <c>(arg0)</c>; <c>$</c> or a name for a root.</summary>
    public string Step => _step switch
    {
        PyStepKind.Root => (string?)_key ?? "$",
        PyStepKind.Index => $"[{_index}]",
        PyStepKind.Key => $"[{_key}]",
        PyStepKind.Attribute => $".{_key}",
        _ => $"({_key})",
    };

    /// <summary>
    /// The way as a state_dict names it: keys and attributes joined by dots, such as <c>model.layer1.0.weight</c>; empty
    /// for the saved object itself.
    /// </summary>
    public string Name => Depth == 1 && !Parent!.HasName
        ? NamePart
        : string.Join('.', Steps().Where(step => step.HasName).Select(step => step.NamePart));

    /// <summary>The last part of <see cref="Name"/>; empty for the saved object itself.</summary>
    internal string NamePart => _step == PyStepKind.Index ? _index.ToString(CultureInfo.InvariantCulture) : _key is PyString text ? text.Value : _key?.ToString() ?? "";

    /// <summary>The start of all paths: the saved object, or what lies beside it under a name.</summary>
    internal static PyEntry Root(PyValue value, string? name = null) => new(null, PyStepKind.Root, name, value);

    /// <summary>At least how long <see cref="Name"/> is, give or take what numbers have; it takes no time to know.</summary>
    internal long NameLength { get; }

    private bool HasName => _step == PyStepKind.Index || _key is not null;

    private PyEntry[] Steps()
    {
        // One long key at every level of a deep graph is a small file.
        if (NameLength > MaxNameLength)
        {
            throw new UnsupportedCheckpointException($"the way to a value of the object is longer than {MaxNameLength} characters");
        }

        var steps = new PyEntry[Depth + 1];
        for (var entry = this; entry is not null; entry = entry.Parent)
        {
            steps[entry.Depth] = entry;
        }

        return steps;
    }
}
