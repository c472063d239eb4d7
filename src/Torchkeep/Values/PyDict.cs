using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>
/// Python's <c>dict</c> or <c>collections.OrderedDict</c>: entries in the order in which their keys first came, later
/// values under an equal key replacing earlier ones.
/// </summary>
public sealed class PyDict : PyValue, IEnumerable<KeyValuePair<PyValue, PyValue>>
{
    private static readonly OrderedDictionary<PyValue, PyValue> _none = [];

    // Every tensor of a file comes with a dictionary that has no entries.
    private OrderedDictionary<PyValue, PyValue> _entries = _none;

    /// <summary>A dictionary without entries.</summary>
    /// <param name="isOrdered">Whether it is a <c>collections.OrderedDict</c>, as a state_dict is.</param>
    public PyDict(bool isOrdered = false) => IsOrdered = isOrdered;

    /// <summary>Whether it is a <c>collections.OrderedDict</c>.</summary>
    public bool IsOrdered { get; }

    /// <summary>
    /// The instance's attributes, which only an OrderedDict can have: a state_dict keeps <c>_metadata</c> here. Null for none.
    /// </summary>
    public PyDict? Attributes { get; set; }

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public override string TypeName => IsOrdered ? "OrderedDict" : "dict";

    /// <summary>
    /// The entry under a key of any kind. Setting appends, or replaces the value in place and keeps the key that was there.
    /// </summary>
    /// <param name="key">
    /// Compared as Python does: 1, 1.0 and True are one key, leaves and tuples of leaves go by value, a NaN and all else by
    /// identity.
    /// </param>
    /// <exception cref="KeyNotFoundException">There is no such key; the message lists those there are.</exception>
    public PyValue this[PyValue key]
    {
        get => Find(key);
        set
        {
            if (ReferenceEquals(_entries, _none))
            {
                _entries = new(PyKeyComparer.Instance);
            }

            _entries[key] = value;
        }
    }

    /// <summary>As the indexer's setter; it is what makes collection initializers work.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public void Add(PyValue key, PyValue value) => this[key] = value;

    /// <summary>Looks up a key of any kind.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The entry.</param>
    public bool TryGet(PyValue key, [NotNullWhen(true)] out PyValue? value) => _entries.TryGetValue(key, out value);

    /// <summary>The entries in order.</summary>
    public OrderedDictionary<PyValue, PyValue>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<PyValue, PyValue>> IEnumerable<KeyValuePair<PyValue, PyValue>>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The type and the number of entries.</summary>
    public override string ToString() => $"{TypeName} of {Count}";

    internal PyValue Find(PyValue key)
    {
        const int Shown = 20;
        return TryGet(key, out var value)
            ? value
            : throw new KeyNotFoundException(SafeText.Escape(
                $"there is no key {key.Brief}; the {TypeName} has {string.Join(", ", _entries.Take(Shown).Select(entry => entry.Key.Brief))}"
                + (Count > Shown ? $" and {Count - Shown} more" : "")));
    }
}
