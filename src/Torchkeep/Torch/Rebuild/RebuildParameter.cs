namespace Torchkeep.Torch.Rebuild;

/// <summary>Parameters (torch/_utils.py, <c>_rebuild_parameter</c> and <c>_rebuild_parameter_with_state</c>).</summary>
internal static class RebuildParameter
{
    // Around a tensor kind that is no plain tensor the call stays a record.
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyTensor tensor, PyBool requiresGrad, _] => new PyTensor(tensor.View, requiresGrad.Value, isParameter: true),
        _ => null,
    };

    internal static PyValue? BuildWithState(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyTensor tensor, PyBool requiresGrad, _, var state] =>
            new PyTensor(tensor.View, requiresGrad.Value, isParameter: true) { State = state },
        _ => null,
    };
}
