namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// Parameters and Variables of before PyTorch 0.4: the class around a tensor, then what it needs to learn
/// (torch/autograd/variable.py of then, <c>__reduce_ex__</c>; torch/_tensor.py, <c>__setstate__</c>).
/// </summary>
internal static class RebuildVariable
{
    internal static PyValue? Parameter(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyTensor tensor] => new PyTensor(tensor.View, requiresGrad: true, isParameter: true),
        [PyTensor tensor, PyBool requiresGrad] => new PyTensor(tensor.View, requiresGrad.Value, isParameter: true),
        _ => null,
    };

    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyTensor tensor] => new PyTensor(tensor.View),
        _ => null,
    };

    internal static bool TryBuild(PyTensor tensor, PyValue state)
    {
        switch (state)
        {
            // Whether it learns, whether its graph is kept, its hooks.
            case PyTuple { Items: [PyBool requiresGrad, _, _] }:
                tensor.RequiresGrad = requiresGrad.Value;
                return true;

            // Before that also its data and its gradient.
            case PyTuple { Items: [PyTensor data, _, _, PyBool requiresGrad, _] }:
                tensor.View = data.View;
                tensor.RequiresGrad = requiresGrad.Value;
                return true;
            default:
                return false;
        }
    }
}
