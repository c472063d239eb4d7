using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// Tensors as PyTorch wrote them before 0.2: an empty call of a class such as <c>torch.FloatTensor</c>, and then the state
/// (torch/tensor.py of 0.1, <c>__reduce__</c> and <c>__setstate__</c>).
/// </summary>
internal static class RebuildTensorClass
{
    private const string StorageSuffix = "Storage";

    private static readonly string[] _modules = ["torch", "torch.cuda"];

    internal static IEnumerable<KeyValuePair<PyGlobal, TorchGlobals.Builder>> Builders { get; } =
        from module in _modules
        from row in ElementTypeTable.ByStorageClass
        select KeyValuePair.Create<PyGlobal, TorchGlobals.Builder>(
            new(module, $"{row.Key[..^StorageSuffix.Length]}Tensor"), (host, arguments) => Empty(host, row.Value.Type, arguments));

    /// <summary>The class without a dtype, whose own is PyTorch's default until its state comes.</summary>
    internal static PyValue? Tensor(TorchPickleHost host, PyTuple arguments) => Empty(host, ElementType.Float32, arguments);

    internal static bool TryBuild(TorchPickleHost host, PyTensor tensor, PyValue state)
    {
        if (state is not PyTuple { Items: [PyStorage, PyInt, _, _] } arguments || tensor.View.ByteLength != 0)
        {
            return false;
        }

        tensor.View = ((PyTensor)RebuildTensor.Build(host, arguments)).View;
        return true;
    }

    private static PyTensor? Empty(TorchPickleHost host, ElementType type, PyTuple arguments) => arguments.Items.IsEmpty
        ? new PyTensor(new TensorView(new TensorStorage(new MemoryByteSource(default)), type, [0]) { Names = host.Names })
        : null;
}
