namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// Nested tensors, strided (torch/_utils.py, <c>_rebuild_nested_tensor</c>) and jagged (torch/nested/_internal/nested_tensor.py,
/// <c>_rebuild_njt</c>).
/// </summary>
internal static class RebuildNested
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyTensor buffer, PyTensor sizes, PyTensor strides, PyTensor offsets] => RebuildArguments.Make(() => new PyNestedTensor(buffer, sizes, strides, offsets)),
        _ => null,
    };

    internal static PyValue? BuildJagged(TorchPickleHost host, PyTuple arguments)
    {
        if (arguments.Items is not [PyDict made]
            || !made.TryGet("values", out var values) || values is not PyTensor valueTensor
            || !made.TryGet("offsets", out var offsets) || offsets is not PyTensor offsetTensor)
        {
            return null;
        }

        var lengths = made.TryGet("lengths", out var given) && given is PyTensor lengthTensor ? lengthTensor : null;
        var ragged = made.TryGet("_ragged_idx", out var index) ? RebuildArguments.Int64(index) : 1;
        return RebuildArguments.Make(() => new PyNestedTensor(valueTensor, offsetTensor, lengths, (int)Math.Clamp(ragged, 0, int.MaxValue))
        {
            Subclass = TorchNames.NestedTensor,
            RequiresGrad = made.TryGet("requires_grad", out var requiresGrad) && requiresGrad is PyBool { Value: true },
            Arguments = arguments,
        });
    }
}
