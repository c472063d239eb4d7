namespace Torchkeep;

/// <summary>A tensor among the values of a checkpoint. Tied tensors are one object, found in several places.</summary>
/// <param name="view">Where its elements are.</param>
/// <param name="requiresGrad">PyTorch's <c>requires_grad</c>.</param>
/// <param name="isParameter">Whether it is a <c>torch.nn.Parameter</c> rather than a plain tensor.</param>
public sealed class PyTensor(TensorView view, bool requiresGrad = false, bool isParameter = false) : PyValue
{
    /// <summary>Where its elements are.</summary>
    public TensorView View { get; internal set; } = view ?? throw new ArgumentNullException(nameof(view));

    /// <summary>PyTorch's <c>requires_grad</c>; false for every entry of a state_dict.</summary>
    public bool RequiresGrad { get; internal set; } = requiresGrad;

    /// <summary>Whether it is a <c>torch.nn.Parameter</c> rather than a plain tensor.</summary>
    public bool IsParameter { get; } = isParameter;

    /// <summary>Python attributes that the tensor carries, such as those of <c>nn.Buffer</c>; or null for none.</summary>
    public PyValue? State { get; init; }

    /// <summary>
    /// The name of its class where that is neither Tensor nor Parameter, such as <c>torchvision.tv_tensors.Image</c>; it
    /// stays a name. Null for none.
    /// </summary>
    public PyGlobal? Subclass { get; init; }

    /// <inheritdoc/>
    public override string TypeName => Subclass?.Name ?? (IsParameter ? "Parameter" : "Tensor");

    /// <summary>Type, dtype and shape.</summary>
    public override string ToString() => $"{TypeName} {View}";
}
