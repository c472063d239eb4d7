using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Torchkeep;

/// <summary>Python's <c>tuple</c>.</summary>
public sealed class PyTuple : PyValue
{
    /// <summary>A tuple of values.</summary>
    /// <param name="items">Copied.</param>
    public PyTuple(params ReadOnlySpan<PyValue> items) => Items = ImmutableArray.Create(items);

    internal PyTuple(PyValue[] items) => Items = ImmutableCollectionsMarshal.AsImmutableArray(items);

    /// <summary>The tuple without entries.</summary>
    public static PyTuple Empty { get; } = new(Array.Empty<PyValue>());

    /// <summary>The entries.</summary>
    public ImmutableArray<PyValue> Items { get; }

    /// <summary>The hash as a dictionary's key, once <see cref="Values.PyKeyComparer"/> wanted it.</summary>
    internal int? KeyHash { get; set; }

    /// <inheritdoc/>
    public override string TypeName => "tuple";

    /// <summary>The type and the number of entries.</summary>
    public override string ToString() => $"tuple of {Items.Length}";
}
