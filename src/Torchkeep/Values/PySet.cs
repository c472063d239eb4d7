using Torchkeep.Values;

namespace Torchkeep;

/// <summary>Python's <c>set</c> or <c>frozenset</c>, in the order of the file.</summary>
/// <param name="isFrozen">Whether it is a <c>frozenset</c>.</param>
public sealed class PySet(bool isFrozen = false) : PyValue
{
    private readonly HashSet<PyValue> _members = new(PyKeyComparer.Instance);
    private readonly List<PyValue> _items = [];

    /// <summary>Whether it is a <c>frozenset</c>.</summary>
    public bool IsFrozen { get; } = isFrozen;

    /// <summary>The members.</summary>
    public IReadOnlyList<PyValue> Items => _items;

    /// <inheritdoc/>
    public override string TypeName => IsFrozen ? "frozenset" : "set";

    /// <summary>Adds a member unless an equal one is there.</summary>
    /// <param name="item">The member.</param>
    public void Add(PyValue item)
    {
        if (_members.Add(item))
        {
            _items.Add(item);
        }
    }

    /// <summary>The type and the number of members.</summary>
    public override string ToString() => $"{TypeName} of {_items.Count}";
}
