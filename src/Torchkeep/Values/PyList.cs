namespace Torchkeep;

/// <summary>Python's <c>list</c>.</summary>
public sealed class PyList : PyValue
{
    /// <summary>An empty list.</summary>
    public PyList()
    {
    }

    /// <summary>A list of values.</summary>
    /// <param name="items">Copied.</param>
    public PyList(params IEnumerable<PyValue> items) => Items.AddRange(items);

    /// <summary>The entries.</summary>
    public List<PyValue> Items { get; } = [];

    /// <inheritdoc/>
    public override string TypeName => "list";

    /// <summary>The type and the number of entries.</summary>
    public override string ToString() => $"list of {Items.Count}";
}
