namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// A plain tensor that carries Python attributes, as <c>nn.Buffer</c> does (torch/_tensor.py,
/// <c>_rebuild_from_type_v2</c>). Subclasses stay records.
/// </summary>
internal static class RebuildFromType
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyGlobal function, PyGlobal type, PyTuple inner, var state]
            when type.Equals(TorchNames.TensorClass) && !function.Equals(TorchNames.RebuildFromTypeV2) && host.Call(function, inner) is PyTensor { State: null } tensor =>
            new PyTensor(tensor.View, tensor.RequiresGrad, tensor.IsParameter) { State = state is PyNone ? null : state },
        _ => null,
    };
}
