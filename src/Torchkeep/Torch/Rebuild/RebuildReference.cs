using Torchkeep.IO;

namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// Tensors of <c>torch_xla.utils.serialization.save</c>, also of AWS Neuron: an empty object, and then its state, the number of
/// the file that has the tensor.
/// </summary>
internal static class RebuildReference
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments) =>
        host.References is not null && arguments.Items.IsEmpty ? host.AddReference(new PyTensor(new TensorView(new TensorStorage(new MemoryByteSource(default)), ElementType.Float32, [0]))) : null;

    internal static bool TryBuild(TorchPickleHost host, PyTensor tensor, PyValue state)
    {
        if (!host.IsReference(tensor) || state is not PyDict fields || !fields.TryGet("tid", out var id) || id is not PyInt number || !number.TryGetInt64(out var file))
        {
            return false;
        }

        var found = host.References!.Find(file);
        (tensor.View, tensor.RequiresGrad) = (found.View, found.RequiresGrad);
        return true;
    }
}
