namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// Tensors of subclasses, and plain ones that carry Python attributes as <c>nn.Buffer</c> does (torch/_tensor.py,
/// <c>_rebuild_from_type_v2</c>, and <c>_rebuild_from_type</c> of before). The class stays a name.
/// </summary>
internal static class RebuildFromType
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments)
    {
        if (arguments.Items is not [PyGlobal function, PyGlobal type, PyTuple inner, var given] || TorchGlobals.IsFromType(function))
        {
            return null;
        }

        var subclass = type.Equals(TorchNames.TensorClass) ? null : type;
        var state = given is PyNone ? null : given;
        return host.Call(function, inner) switch
        {
            PyTensor { State: null } tensor => new PyTensor(tensor.View, tensor.RequiresGrad, tensor.IsParameter) { State = state, Subclass = subclass },
            PyCompositeTensor { State: null } tensor => tensor.With(tensor.RequiresGrad, tensor.IsParameter, state, subclass),
            _ => null,
        };
    }
}
