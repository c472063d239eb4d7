namespace Torchkeep.Torch.Rebuild;

/// <summary>Tensors whose elements are in the tensors among their attributes (torch/_utils.py, <c>_rebuild_wrapper_subclass</c>).</summary>
internal static class RebuildWrapper
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyGlobal type, var dtype, var size, _, _, var layout, var device, PyBool requiresGrad] when RebuildArguments.LayoutOf(layout) is { } layoutName =>
            new PyWrapperTensor(
                type,
                arguments,
                RebuildArguments.TryGetElementType(dtype, out var elementType) ? elementType : null,
                RebuildArguments.Numbers(size),
                layoutName,
                RebuildArguments.DeviceOf(device) ?? "")
            {
                RequiresGrad = requiresGrad.Value,
            },
        _ => null,
    };
}
