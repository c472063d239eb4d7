using Torchkeep.IO;
using Torchkeep.Values;

namespace Torchkeep.Torch.Rebuild;

/// <summary>
/// Tensors of devices whose memory PyTorch does not save as storages, XLA among them (torch/_utils.py,
/// <c>_rebuild_device_tensor_from_numpy</c>, <c>_rebuild_device_tensor_from_cpu_tensor</c>, and <c>_rebuild_xla_tensor</c> of before).
/// </summary>
internal static class RebuildDevice
{
    internal static PyValue? FromNumpy(TorchPickleHost host, PyTuple arguments)
    {
        if (arguments.Items is not [PyObject data, var dtype, var device, PyBool requiresGrad]
            || RebuildArguments.DeviceOf(device) is not { } location
            || NumpyReader.Array(data) is not { Type.ElementType: { } found } array)
        {
            return null;
        }

        var type = RebuildArguments.ElementTypeOf(dtype);
        var view = array.ToTensor();
        if (type == found)
        {
            TensorStorage storage = new(view.Storage.Bytes, location, type, view.Storage.IsBigEndian);
            return Tensor(host, storage, type, view, requiresGrad);
        }

        // NumPy has no bfloat16: such numbers come as float32, whose upper halves they are.
        if (type != ElementType.BFloat16 || found != ElementType.Float32)
        {
            return null;
        }

        var halves = new byte[view.ElementCount * sizeof(ushort)];
        var bits = view.ToArray<uint>();
        for (var i = 0; i < bits.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(halves.AsSpan(i * sizeof(ushort)), (ushort)(bits[i] >> 16));
        }

        TensorStorage converted = new(new MemoryByteSource(halves), location, type, bigEndian: false);
        return Tensor(host, converted, type, new TensorView(converted, type, storageOffset: 0, view.Shape, Tensors.TensorLayout.RowMajorStrides(view.Shape.AsSpan())), requiresGrad);
    }

    internal static PyValue? FromCpu(TorchPickleHost host, PyTuple arguments)
    {
        if (arguments.Items is not [PyTensor { State: null } tensor, var dtype, var device, PyBool requiresGrad]
            || RebuildArguments.DeviceOf(device) is not { } location
            || RebuildArguments.ElementTypeOf(dtype) != tensor.View.ElementType)
        {
            return null;
        }

        var from = tensor.View.Storage;
        return Tensor(host, new(from.Bytes, location, from.ElementType, from.IsBigEndian), tensor.View.ElementType, tensor.View, requiresGrad);
    }

    private static PyTensor Tensor(TorchPickleHost host, TensorStorage storage, ElementType type, TensorView like, PyBool requiresGrad)
    {
        host.Budget?.AddSharedStorage(storage.ByteLength);
        return new(
            new TensorView(storage, type, like.StorageOffset, like.Shape, like.Strides)
            {
                Names = host.Names,
                MaxExpandedBytes = host.Limits.MaxExpandedBytes,
                Budget = host.Budget,
                IsConjugated = like.IsConjugated,
                IsNegated = like.IsNegated,
            },
            requiresGrad.Value);
    }
}
