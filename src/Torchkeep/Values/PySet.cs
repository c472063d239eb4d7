using Torchkeep.Values;

namespace Torchkeep;

/// <summary>Python's <c>set</c> or <c>frozenset</c>, in the order of the file.</summary>
/// <param name="isFrozen">Whether it is a <c>frozenset</c>.</param>
public sealed class PySet(bool isFrozen = false) : PyValue
{
    // A file can have many sets without members.
    private HashSet<PyValue>? _members;
    private List<PyValue>? _items;

    /// <summary>Whether it is a <c>frozenset</c>.</summary>
    public bool IsFrozen { get; } = isFrozen;

    /// <summary>The members.</summary>
    public IReadOnlyList<PyValue> Items => _items ?? (IReadOnlyList<PyValue>)[];

    /// <inheritdoc/>
    public override string TypeName => IsFrozen ? "frozenset" : "set";

    /// <summary>Adds a member unless an equal one is there.</summary>
    /// <param name="item">The member.</param>
    public void Add(PyValue item)
    {
        _members ??= new(PyKeyComparer.Instance);
        if (_members.Add(item))
        {
            (_items ??= []).Add(item);
        }
    }

    /// <summary>The type and the number of members.</summary>
    public override string ToString() => $"{TypeName} of {Items.Count}";
}
