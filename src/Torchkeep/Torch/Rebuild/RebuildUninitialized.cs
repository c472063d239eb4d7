namespace Torchkeep.Torch.Rebuild;

/// <summary>Parameters and buffers of lazy modules (torch/nn/parameter.py, <c>UninitializedTensorMixin.__reduce_ex__</c>).</summary>
internal static class RebuildUninitialized
{
    internal static PyValue? Parameter(TorchPickleHost host, PyTuple arguments) => Build(arguments, isParameter: true);

    internal static PyValue? Buffer(TorchPickleHost host, PyTuple arguments) => Build(arguments, isParameter: false);

    private static PyUninitializedTensor? Build(PyTuple arguments, bool isParameter) => arguments.Items switch
    {
        [PyBool requiresGrad] => new() { IsParameter = isParameter, RequiresGrad = requiresGrad.Value },
        _ => null,
    };
}
