namespace Torchkeep.Torch.Rebuild;

/// <summary>Parameters (torch/_utils.py, <c>_rebuild_parameter</c> and <c>_rebuild_parameter_with_state</c>).</summary>
internal static class RebuildParameter
{
    // Around what is no tensor the call stays a record.
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [var tensor, PyBool requiresGrad, _] => Build(tensor, requiresGrad.Value, state: null),
        _ => null,
    };

    internal static PyValue? BuildWithState(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [var tensor, PyBool requiresGrad, _, var state] => Build(tensor, requiresGrad.Value, state),
        _ => null,
    };

    private static PyValue? Build(PyValue value, bool requiresGrad, PyValue? state) => value switch
    {
        PyTensor { Subclass: null } tensor => new PyTensor(tensor.View, requiresGrad, isParameter: true) { State = state },
        PyCompositeTensor { Subclass: null, State: null } tensor => tensor.With(requiresGrad, isParameter: true, state, subclass: null),
        _ => null,
    };
}
