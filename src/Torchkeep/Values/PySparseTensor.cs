using System.Collections.Immutable;
using Torchkeep.Tensors;
using Torchkeep.Values;

namespace Torchkeep;

/// <summary>A sparse tensor: where its elements are, and which (torch/_utils.py, <c>_rebuild_sparse_tensor</c>).</summary>
/// <remarks>
/// Shapes and types are checked as PyTorch checks them (aten/src/ATen/native/sparse, <c>_validate_sparse_*_tensor_args</c>).
/// What the indices point at is not: that would take reading them.
/// </remarks>
public sealed class PySparseTensor : PyCompositeTensor
{
    private static readonly string[] _names = ["torch.sparse_coo", "torch.sparse_csr", "torch.sparse_csc", "torch.sparse_bsr", "torch.sparse_bsc"];

    private readonly PyTensor _indices;
    private readonly PyTensor? _plainIndices;

    /// <summary>A tensor of coordinates, <c>torch.sparse_coo</c>.</summary>
    /// <param name="indices">A column of coordinates for each element: shape [sparse dimensions, elements].</param>
    /// <param name="values">The elements: shape [elements, sizes of the dense dimensions...].</param>
    /// <param name="shape">The sizes of the whole tensor: of the sparse dimensions, then of the dense ones.</param>
    /// <param name="isCoalesced">Whether no coordinates come twice and all are sorted; null where a file does not say.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit together.</exception>
    public PySparseTensor(PyTensor indices, PyTensor values, ReadOnlySpan<long> shape, bool? isCoalesced = null)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(values);
        (SparseLayout, _indices, Values, Shape, IsCoalesced) = (SparseLayout.Coo, indices, values, ImmutableArray.Create(shape), isCoalesced);
        SparseChecks.CheckCoordinates(indices.View, values.View, shape);
    }

    /// <summary>A tensor with one dimension of indices compressed: <c>torch.sparse_csr</c>, <c>csc</c>, <c>bsr</c> or <c>bsc</c>.</summary>
    /// <param name="layout">Any but <see cref="SparseLayout.Coo"/>.</param>
    /// <param name="compressedIndices">Where each row (CSR, BSR) or column starts, and the end: one longer than there are.</param>
    /// <param name="plainIndices">The column (CSR, BSR) or row of each element or block.</param>
    /// <param name="values">The elements or blocks.</param>
    /// <param name="shape">The sizes of the whole tensor.</param>
    /// <exception cref="ArgumentException"><paramref name="layout"/> is COO, or shapes or types do not fit together.</exception>
    public PySparseTensor(SparseLayout layout, PyTensor compressedIndices, PyTensor plainIndices, PyTensor values, ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(compressedIndices);
        ArgumentNullException.ThrowIfNull(plainIndices);
        ArgumentNullException.ThrowIfNull(values);
        if (layout is <= SparseLayout.Coo or > SparseLayout.Bsc)
        {
            throw new ArgumentException($"{layout} has no compressed indices", nameof(layout));
        }

        (SparseLayout, _indices, _plainIndices, Values, Shape) = (layout, compressedIndices, plainIndices, values, ImmutableArray.Create(shape));
        SparseChecks.CheckCompressed(layout, compressedIndices.View, plainIndices.View, values.View, shape);
    }

    private PySparseTensor(PySparseTensor other) =>
        (SparseLayout, _indices, _plainIndices, Values, Shape, IsCoalesced) =
            (other.SparseLayout, other._indices, other._plainIndices, other.Values, other.Shape, other.IsCoalesced);

    /// <summary>How it says where its elements are.</summary>
    public SparseLayout SparseLayout { get; }

    /// <summary>The sizes of the whole tensor.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The coordinates of a COO tensor, else null.</summary>
    public PyTensor? Indices => SparseLayout == SparseLayout.Coo ? _indices : null;

    /// <summary>Where each row or column starts (<c>crow_indices</c>, <c>ccol_indices</c>); null for COO.</summary>
    public PyTensor? CompressedIndices => SparseLayout == SparseLayout.Coo ? null : _indices;

    /// <summary>The column or row of each element (<c>col_indices</c>, <c>row_indices</c>); null for COO.</summary>
    public PyTensor? PlainIndices => _plainIndices;

    /// <summary>The elements.</summary>
    public PyTensor Values { get; }

    /// <summary>
    /// Whether the coordinates of a COO tensor are sorted and without repetition; null where the file does not say, as
    /// those of PyTorch 1.x do not.
    /// </summary>
    public bool? IsCoalesced { get; }

    /// <inheritdoc/>
    public override ElementType? ElementType => Values.View.ElementType;

    /// <inheritdoc/>
    public override string Layout => _names[(int)SparseLayout];

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, PyTensor>> Parts => SparseLayout switch
    {
        SparseLayout.Coo => [new("indices", _indices), new("values", Values)],
        SparseLayout.Csr or SparseLayout.Bsr => [new("crow_indices", _indices), new("col_indices", _plainIndices!), new("values", Values)],
        _ => [new("ccol_indices", _indices), new("row_indices", _plainIndices!), new("values", Values)],
    };

    /// <summary>Type, layout, dtype and shape.</summary>
    public override string ToString() => $"{TypeName} {Layout} {ElementTypeInfo.Of(Values.View.ElementType)} {TensorLayout.Format(Shape.AsSpan())}";

    /// <summary>The layout of PyTorch's name, or null.</summary>
    internal static SparseLayout? ParseLayout(string name) => Array.IndexOf(_names, name) is >= 0 and var place ? (SparseLayout)place : null;

    internal override PyCompositeTensor With(bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass) =>
        new PySparseTensor(this) { RequiresGrad = requiresGrad, IsParameter = isParameter, State = state, Subclass = subclass };
}
