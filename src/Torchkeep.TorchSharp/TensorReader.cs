using System.Runtime.InteropServices;
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
    private readonly Dictionary<TensorStorage, PyTensor?> _only = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TensorStorage, Device> _devices = new(ReferenceEqualityComparer.Instance);

    /// <summary>Lets go of the whole storages; the tensors that were read keep what they need.</summary>
    public void Dispose()
    {
        foreach (var storage in _storages.Values)
        {
            storage.Dispose();
        }
    }

    /// <summary>Reads at once the storages of tensors that are about to be read.</summary>
    internal void Prepare(IEnumerable<PyTensor> values)
    {
        List<(nint Start, TensorView All)> here = [];
        List<TensorView> staged = [];
        foreach (var view in values.Select(value => value.View))
        {
            var device = DeviceOf(view);
            if (_storages.ContainsKey(KeyOf(view)))
            {
                continue;
            }

            if (device.type == DeviceType.CUDA)
            {
                staged.Add(view);
            }
            else if (device.type == DeviceType.CPU && Map(view) is null)
            {
                // What goes to any other device goes there one at a time, so that it is not here as a whole.
                here.Add((Native.Data(Allocate(view, device)), All(view)));
            }
        }

        ParallelReads.Run(here, storage => Fill(storage.Start, storage.All));
        if (StagingDevice.For(DeviceType.CUDA, staged.Sum(view => view.Storage.ByteLength)) is { } staging)
        {
            DeviceReads.Run(staged.DistinctBy(KeyOf).Select(view => (All(view), Allocate(view, DeviceOf(view)))).ToList(), staging);
        }
    }

    /// <summary>Reads tensors after which none is read. A storage of which one tensor has all is that tensor, and no view of another.</summary>
    internal List<Tensor> ReadAll(List<PyTensor> values)
    {
        foreach (var value in values)
        {
            ref var only = ref CollectionsMarshal.GetValueRefOrAddDefault(_only, value.View.Storage, out var isKnown);
            only = (isKnown ? only == value : IsWhole(value.View)) ? value : null;
        }

        Prepare(values);
        return values.ConvertAll(Read);
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
        var device = DeviceOf(view);
        var tensor = device.type == DeviceType.META
            ? empty_strided(view.Shape.ToArray(), view.Strides.ToArray(), ElementTypeMap.ToScalar(view.ElementType), device)
            : IsAlone(view)
                ? Take(view, device)
                : Over(Storage(view, device), view);
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
    private static Tensor Over(Tensor storage, TensorView view)
    {
        using var part = storage.as_strided(view.Shape.ToArray(), view.Strides.ToArray(), view.StorageOffset);
        return empty([0], storage.dtype, storage.device).set_(part);
    }

    private Tensor Take(TensorView view, Device device)
    {
        var tensor = Storage(view, device);
        _storages.Remove(KeyOf(view));
        return tensor;
    }

    private Tensor Storage(TensorView view, Device device)
    {
        if (_storages.TryGetValue(KeyOf(view), out var storage) || (device.type == DeviceType.CPU && (storage = Map(view)) is not null))
        {
            return storage;
        }

        storage = Allocate(view, CPU);
        Fill(Native.Data(storage), All(view));
        return _storages[KeyOf(view)] = storage.to(device, disposeAfter: true);
    }

    private static (TensorStorage, ElementType, bool, bool) KeyOf(TensorView view) => (view.Storage, view.ElementType, view.IsConjugated, view.IsNegated);

    private static TensorView All(TensorView view) => view.AsStrided([ElementsIn(view.Storage, view.ElementType)], [1], 0);

    private bool IsAlone(TensorView view) => _only.GetValueOrDefault(view.Storage) is not null;

    private ReadOnlySpan<long> ShapeOfStorage(TensorView view) => IsAlone(view) ? view.Shape.AsSpan() : new long[] { ElementsIn(view.Storage, view.ElementType) };

    private static bool IsWhole(TensorView view)
    {
        var stride = 1L;
        for (var i = view.Shape.Length - 1; i >= 0; i--)
        {
            if (view.Strides[i] != stride)
            {
                return false;
            }

            stride *= Math.Max(view.Shape[i], 1);
        }

        return view.StorageOffset == 0 && view.ElementCount == ElementsIn(view.Storage, view.ElementType);
    }

    private static long ElementsIn(TensorStorage storage, ElementType type) => storage.ByteLength / ElementTypeInfo.Of(type).ByteSize;

    // Where the file is mapped, and its bytes are what a tensor would have.
    private Tensor? Map(TensorView view)
    {
        if (view.IsConjugated || view.IsNegated || view.Storage.IsBigEndian == BitConverter.IsLittleEndian)
        {
            return null;
        }

        var scalar = ElementTypeMap.ToScalar(view.ElementType);
        var storage = MappedTensor.TryMake(view.Storage.Bytes, ShapeOfStorage(view), scalar, ElementTypeInfo.Of(view.ElementType).ByteSize);
        return storage is null ? null : _storages[KeyOf(view)] = storage;
    }

    private Tensor Allocate(TensorView view, Device device)
    {
        var storage = empty(ShapeOfStorage(view), dtype: ElementTypeMap.ToScalar(view.ElementType), device: device);
        if (device.type == DeviceType.CPU)
        {
            LargePages.Ask(Native.Data(storage), view.Storage.ByteLength);
        }

        return _storages[KeyOf(view)] = storage;
    }

    /// <summary>Reads a view, row-major, into memory of its length; on any thread.</summary>
    internal static unsafe void Fill(nint start, TensorView source)
    {
        for (long done = 0; done < source.ByteLength; done += ChunkBytes)
        {
            source.ReadBytes(new((byte*)start + done, (int)Math.Min(ChunkBytes, source.ByteLength - done)), done);
        }
    }
}
