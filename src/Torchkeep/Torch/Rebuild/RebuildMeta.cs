using System.Collections.Immutable;
using Torchkeep.Tensors;

namespace Torchkeep.Torch.Rebuild;

/// <summary>Tensors without elements and without a storage in the file (torch/_utils.py, <c>_rebuild_meta_tensor_no_storage</c>).</summary>
internal static class RebuildMeta
{
    internal static PyValue? Build(TorchPickleHost host, PyTuple arguments)
    {
        if (arguments.Items is not [var dtype, var size, var stride, PyBool requiresGrad])
        {
            return null;
        }

        var type = RebuildArguments.ElementTypeOf(dtype);
        var (shape, strides) = (RebuildArguments.Numbers(size), RebuildArguments.Numbers(stride));
        TensorStorage storage = new(new MetaByteSource(ByteLength(type, shape, strides)) { IsImplied = true }, TorchNames.MetaLocation, type, bigEndian: false);
        return new PyTensor(
            new TensorView(storage, type, 0, shape, strides) { Names = host.Names, MaxExpandedBytes = host.Limits.MaxExpandedBytes, Budget = host.Budget },
            requiresGrad.Value);
    }

    // What the last element needs.
    private static long ByteLength(ElementType type, ImmutableArray<long> shape, ImmutableArray<long> strides)
    {
        Int128 last = 0;
        for (var i = 0; i < Math.Min(shape.Length, strides.Length); i++)
        {
            if (shape[i] == 0)
            {
                return 0;
            }

            // What is more than any storage has is refused by the view.
            last = Int128.Min(last + ((Int128)(shape[i] - 1) * strides[i]), long.MaxValue);
        }

        var bytes = (last + 1) * ElementTypeInfo.Of(type).ByteSize;
        return bytes < 0 ? 0 : (long)Int128.Min(bytes, long.MaxValue);
    }
}
