namespace Torchkeep;

/// <summary>
/// A tensor that is more, or less, than one strided view of a storage: <see cref="PySparseTensor"/>,
/// <see cref="PyQuantizedTensor"/>, <see cref="PyNestedTensor"/>, <see cref="PyWrapperTensor"/>,
/// <see cref="PyUninitializedTensor"/>. The views it is made of are its <see cref="Parts"/>.
/// </summary>
public abstract class PyCompositeTensor : PyValue
{
    private protected PyCompositeTensor()
    {
    }

    /// <summary>The dtype of its elements, or null where the file does not say.</summary>
    public abstract ElementType? ElementType { get; }

    /// <summary>PyTorch's name of the layout, such as <c>torch.sparse_coo</c>.</summary>
    public abstract string Layout { get; }

    /// <summary>The tensors that it is made of, under the names of PyTorch's methods: <c>indices</c>, <c>values</c>, <c>int_repr</c>.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, PyTensor>> Parts { get; }

    /// <summary>PyTorch's <c>requires_grad</c>.</summary>
    public bool RequiresGrad { get; init; }

    /// <summary>Whether it is a <c>torch.nn.Parameter</c> rather than a plain tensor.</summary>
    public bool IsParameter { get; init; }

    /// <summary>Python attributes that the tensor carries; or null for none.</summary>
    public PyValue? State { get; init; }

    /// <summary>The name of its class where that is neither Tensor nor Parameter, and no more than a name; else null.</summary>
    public PyGlobal? Subclass { get; init; }

    /// <inheritdoc/>
    public override string TypeName => Subclass?.Name ?? (IsParameter ? "Parameter" : "Tensor");

    /// <summary>What a save writes it of, but for its attributes: the parts, and what a file gave beyond them.</summary>
    internal virtual IEnumerable<PyValue> Made => Parts.Select(part => part.Value);

    /// <summary>The same tensor with another wrapping.</summary>
    internal abstract PyCompositeTensor With(bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass);
}
