namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// Sparse tensors (torch/_utils.py, <c>_rebuild_sparse_tensor</c>; of PyTorch 1.13 also <c>_rebuild_sparse_csr_tensor</c>,
/// which newer ones have no more).
/// </summary>
internal static class RebuildSparse
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments)
    {
        if (arguments.Items is not [var layout, PyTuple data] || RebuildArguments.LayoutOf(layout) is not { } name || PySparseTensor.ParseLayout(name) is not { } kind)
        {
            return null;
        }

        return (kind, data.Items) switch
        {
            // Three items until PyTorch 2.0.
            (SparseLayout.Coo, [PyTensor indices, PyTensor values, var size, .. var rest]) when rest is [] or [PyNone] or [PyBool] =>
                RebuildArguments.Make(() => new PySparseTensor(indices, values, RebuildArguments.Numbers(size).AsSpan(), rest is [PyBool isCoalesced] ? isCoalesced.Value : null)),
            (not SparseLayout.Coo, [PyTensor compressed, PyTensor plain, PyTensor values, var size]) =>
                RebuildArguments.Make(() => new PySparseTensor(kind, compressed, plain, values, RebuildArguments.Numbers(size).AsSpan())),
            _ => null,
        };
    }
}
