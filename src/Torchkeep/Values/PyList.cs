namespace Torchkeep;

/// <summary>Python's <c>list</c>.</summary>
public sealed class PyList : PyValue
{
    // A file can have many lists without entries.
    private List<PyValue>? _items;

    /// <summary>An empty list.</summary>
    public PyList()
    {
    }

    /// <summary>A list of values.</summary>
    /// <param name="items">Copied.</param>
    public PyList(params IEnumerable<PyValue> items) => _items = [.. items];

    /// <summary>The entries.</summary>
    public List<PyValue> Items => _items ?? Interlocked.CompareExchange(ref _items, [], null) ?? _items;

    /// <summary>The number of entries.</summary>
    public int Count => _items?.Count ?? 0;

    /// <inheritdoc/>
    public override string TypeName => "list";

    /// <summary>The type and the number of entries.</summary>
    public override string ToString() => $"list of {Count}";
}
