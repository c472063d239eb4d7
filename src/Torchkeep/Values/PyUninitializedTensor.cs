namespace Torchkeep;

/// <summary>
/// A parameter or buffer of a lazy module before the first input gave it a shape: <c>UninitializedParameter</c> or
/// <c>UninitializedBuffer</c> (torch/nn/parameter.py). It has neither shape nor elements.
/// </summary>
public sealed class PyUninitializedTensor : PyCompositeTensor
{
    /// <inheritdoc/>
    public override ElementType? ElementType => null;

    /// <inheritdoc/>
    public override string Layout => "torch.strided";

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, PyTensor>> Parts => [];

    /// <inheritdoc/>
    public override string TypeName => IsParameter ? "UninitializedParameter" : "UninitializedBuffer";

    /// <summary>As Python's repr.</summary>
    public override string ToString() => $"<{TypeName}>";

    internal override PyCompositeTensor With(bool requiresGrad, bool isParameter, PyValue? state, PyGlobal? subclass) =>
        new PyUninitializedTensor { RequiresGrad = requiresGrad, IsParameter = isParameter, State = state };
}
