using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>
/// Makes TorchSharp tensors of a checkpoint's, as <c>torch.load</c> does: each storage is read once and whole, and tensors
/// that share one share memory.
/// </summary>
internal sealed class TensorReader(MapLocation location) : IDisposable
{
    private const int ChunkBytes = 1 << 30;

    // Conjugated and negated views are read with their bits resolved, so they have memory of their own.
    private readonly Dictionary<(TensorStorage, ElementType, bool, bool), Tensor> _storages = [];
    private readonly Dictionary<PyTensor, Tensor> _tensors = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TensorStorage, Device> _devices = new(ReferenceEqualityComparer.Instance);

    /// <summary>Lets go of the whole storages; the tensors that were read keep what they need.</summary>
    public void Dispose()
    {
        foreach (var storage in _storages.Values)
        {
            storage.Dispose();
        }
    }

    internal Tensor Read(PyTensor value)
    {
        if (!_tensors.TryGetValue(value, out var tensor))
        {
            _tensors[value] = tensor = Make(value);
        }

        return tensor;
    }

    internal Device DeviceOf(TensorView view)
    {
        if (!_devices.TryGetValue(view.Storage, out var device))
        {
            // A tensor without bytes goes nowhere, as in PyTorch.
            _devices[view.Storage] = device = view.Storage.Location == "meta" ? META : location.Resolve(view.Storage.Location);
        }

        return device;
    }

    private Tensor Make(PyTensor value)
    {
        var view = value.View;
        var scalar = ElementTypeMap.ToScalar(view.ElementType);
        var device = DeviceOf(view);
        var (shape, strides) = (view.Shape.ToArray(), view.Strides.ToArray());
        var tensor = device.type == DeviceType.META
            ? empty_strided(shape, strides, scalar, device)
            : Over(Storage(view, scalar, device), shape, strides, view.StorageOffset);
        if (!value.IsParameter)
        {
            return value.RequiresGrad ? tensor.requires_grad_(true) : tensor;
        }

        using (tensor)
        {
            return new Parameter(tensor, value.RequiresGrad);
        }
    }

    // Tensors of one storage are views of each other to autograd if they are made as such; PyTorch's loaded ones are not.
    private static Tensor Over(Tensor storage, long[] shape, long[] strides, long offset)
    {
        using var view = storage.as_strided(shape, strides, offset);
        return empty([0], storage.dtype, storage.device).set_(view);
    }

    private Tensor Storage(TensorView view, ScalarType scalar, Device device)
    {
        var key = (view.Storage, view.ElementType, view.IsConjugated, view.IsNegated);
        if (!_storages.TryGetValue(key, out var storage))
        {
            var size = ElementTypeInfo.Of(view.ElementType).ByteSize;
            var count = view.Storage.ByteLength / size;
            var isPlain = !view.IsConjugated && !view.IsNegated && view.Storage.IsBigEndian != BitConverter.IsLittleEndian;
            storage = isPlain && device.type == DeviceType.CPU ? MappedTensor.TryMake(view.Storage.Bytes, count, scalar, size) : null;
            if (storage is null)
            {
                storage = empty([count], dtype: scalar, device: CPU);
                Fill(storage, view.AsStrided([count], [1], 0));
                storage = storage.to(device, disposeAfter: true);
            }

            _storages.Add(key, storage);
        }

        return storage;
    }

    /// <summary>Reads a view into the memory of a tensor of its type and shape, contiguous and on the CPU.</summary>
    internal static unsafe void Fill(Tensor destination, TensorView source)
    {
        var start = (byte*)Native.Data(destination);
        for (long done = 0; done < source.ByteLength; done += ChunkBytes)
        {
            source.ReadBytes(new(start + done, (int)Math.Min(ChunkBytes, source.ByteLength - done)), done);
        }
    }
}
