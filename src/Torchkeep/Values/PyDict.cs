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

    // Every tensor of a file comes with a dictionary that has no entries, and one of a single entry takes a few bytes of a
    // file: the first is null, the second an entry until somebody goes over it, and all others are tables.
    private object? _content;

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
    public int Count => _content is null ? 0 : (_content as OrderedDictionary<PyValue, PyValue>)?.Count ?? 1;

    /// <inheritdoc/>
    public override string TypeName => IsOrdered ? "OrderedDict" : "dict";

    /// <summary>
    /// The entry under a key of any kind. Setting appends, or replaces the value in place and keeps the key that was there.
    /// </summary>
    /// <param name="key">
    /// Compared as Python does: 1, 1.0, True and NumPy's 1 are one key, leaves and tuples of leaves go by value, a NaN and
    /// all else by identity.
    /// </param>
    /// <exception cref="KeyNotFoundException">There is no such key; the message lists those there are.</exception>
    public PyValue this[PyValue key]
    {
        get => Find(key);
        set
        {
            if (_content is null)
            {
                _content = new Entry(key, value);
            }
            else
            {
                Table()[key] = value;
            }
        }
    }

    /// <summary>As the indexer's setter; it is what makes collection initializers work.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public void Add(PyValue key, PyValue value) => this[key] = value;

    /// <summary>Looks up a key of any kind.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The entry.</param>
    public bool TryGet(PyValue key, [NotNullWhen(true)] out PyValue? value)
    {
        switch (_content)
        {
            case Entry only when PyKeyComparer.Instance.Equals(only.Key, key):
                value = only.Value;
                return true;
            case OrderedDictionary<PyValue, PyValue> table:
                return table.TryGetValue(key, out value);
            default:
                value = null;
                return false;
        }
    }

    /// <summary>The entries in order.</summary>
    public OrderedDictionary<PyValue, PyValue>.Enumerator GetEnumerator() => Table().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<PyValue, PyValue>> IEnumerable<KeyValuePair<PyValue, PyValue>>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The type and the number of entries.</summary>
    public override string ToString() => $"{TypeName} of {Count}";

    /// <summary>The entry at a place in the order.</summary>
    internal KeyValuePair<PyValue, PyValue> At(int place) => _content is Entry only ? new(only.Key, only.Value) : Table().GetAt(place);

    internal PyValue Find(PyValue key)
    {
        const int Shown = 20;
        return TryGet(key, out var value)
            ? value
            : throw new KeyNotFoundException(SafeText.Escape(
                $"there is no key {Text(key)}; the {TypeName} has {string.Join(", ", this.Take(Shown).Select(entry => Text(entry.Key)))}"
                + (Count > Shown ? $" and {Count - Shown} more" : "")));
    }

    private static string Text(PyValue key)
    {
        const int MaxLength = 100;
        return key is PyString or PyBytes ? key.Brief : PyKeyText.Of(key, MaxLength);
    }

    // Several threads may read at once: each sees an entry or a whole table.
    private OrderedDictionary<PyValue, PyValue> Table()
    {
        switch (_content)
        {
            case null:
                return _none;
            case Entry only:
                var table = new OrderedDictionary<PyValue, PyValue>(PyKeyComparer.Instance) { { only.Key, only.Value } };
                Volatile.Write(ref _content, table);
                return table;
            case var entries:
                return (OrderedDictionary<PyValue, PyValue>)entries;
        }
    }

    private sealed record Entry(PyValue Key, PyValue Value);
}
