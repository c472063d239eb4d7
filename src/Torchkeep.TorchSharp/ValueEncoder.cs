using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>
/// Turns .NET values and TorchSharp tensors into the values of a checkpoint. Tensor memory is not copied: tensors that
/// share it share it in the file. Disposing it ends its hold on that memory, after the save.
/// </summary>
/// <param name="registry">What entire models among the values are written by; null for PyTorch's own layers alone.</param>
/// <param name="isSnapshot">Whether tensor memory is copied all the same, each storage once, so that it may change during the save.</param>
internal sealed class ValueEncoder(ModuleRegistry? registry = null, bool isSnapshot = false) : IDisposable
{
    private ModuleEncoder? _modules;

    private readonly Dictionary<object, PyValue> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(DeviceType Device, int Index, nint Start, long Length), TensorStorage> _storages = [];
    private readonly List<IDisposable> _held = [];
    private DeviceWindow? _window;

    public void Dispose() => _held.ForEach(held => held.Dispose());

    internal PyValue Encode(object? value) => value switch
    {
        null => PyNone.Value,
        PyValue ready => ready,
        bool truth => truth,
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, null),
        ulong number => PyInt.From(number),
        Int128 number => PyInt.From((BigInteger)number),
        UInt128 number => PyInt.From((BigInteger)number),
        BigInteger number => PyInt.From(number),
        Half number => (double)number,
        float number => (double)number,
        double number => number,
        Complex number => new PyComplex(number),
        char letter => letter.ToString(),
        string text => text,
        byte[] bytes => new PyBytes(bytes),
        TensorView view => view,
        _ => EncodeObject(value),
    };

    /// <summary>Keeps a tensor that was made for the save until it is over.</summary>
    internal torch.Tensor Hold(torch.Tensor tensor)
    {
        _held.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private PyValue EncodeObject(object value)
    {
        if (_seen.TryGetValue(value, out var known))
        {
            return known;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return value switch
        {
            torch.Tensor tensor => _seen[value] = EncodeTensor(tensor, tensor.requires_grad, tensor is Parameter),
            LoadedCheckpoint loaded => loaded.value,
            torch.nn.Module module => _seen[value] = (_modules ??= new(this, registry ?? new())).Encode(module),
            StateDict state => EncodeStateDict(state),
            torch.optim.Optimizer.StateDictionary optimizer => _seen[value] = OptimizerEncoder.Encode(optimizer, this),
            IReadOnlyDictionary<string, torch.Tensor> tensors => EncodeTensors(tensors),
            IDictionary entries => EncodeDictionary(entries),
            ITuple tuple => EncodeTuple(tuple),
            IEnumerable items when IsSet(value) => EncodeSet(items),
            Array { Rank: > 1 } array => throw new NotSupportedException(
                $"{value.GetType()} has {array.Rank} dimensions, which no Python list has; make a tensor of it with torch.tensor()"),
            ICollection items => EncodeList(items),
            torch.optim.Optimizer or torch.optim.lr_scheduler.LRScheduler => throw new NotSupportedException(
                $"a whole {value.GetType().Name} cannot be saved; save its state_dict()"),
            DateTime or DateTimeOffset or DateOnly or TimeOnly or TimeSpan => throw new NotSupportedException(
                $"{value.GetType()} would be an object of Python's datetime, which torch.load refuses with its defaults; save value.ToString(\"O\") "
                + "(a TimeSpan as its TotalSeconds), or PyDates.From(value) if whoever loads it uses weights_only=False or add_safe_globals"),
            decimal => throw new NotSupportedException(
                "System.Decimal would be an object of Python's decimal, which torch.load refuses with its defaults; save a double, or a text"),
            Enum => throw new NotSupportedException($"{value.GetType()} has no counterpart in a checkpoint; save its number, (int)value, or its name, value.ToString()"),
            torch.Generator => throw new NotSupportedException("a torch.Generator cannot be saved; save its get_state()"),
            _ => throw new NotSupportedException(
                $"{value.GetType()} has no counterpart in a checkpoint; tensors, state_dicts, dictionaries, lists, tuples, sets, "
                + "numbers, strings, booleans, byte arrays, null and PyValue have"),
        };
    }

    private PyDict EncodeStateDict(StateDict state)
    {
        var dict = new PyDict(isOrdered: true);
        _seen[state] = dict;
        foreach (var (key, tensor) in state)
        {
            dict[key] = Encode(tensor);
        }

        if (state.metadata is not null)
        {
            dict.Attributes = new() { ["_metadata"] = state.metadata };
        }

        return dict;
    }

    // TorchSharp's own state_dict is such a dictionary, of live Parameters where PyTorch's has detached tensors.
    private PyDict EncodeTensors(IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        var dict = new PyDict();
        _seen[tensors] = dict;
        foreach (var (key, tensor) in tensors)
        {
            dict[key] = tensor is Parameter ? EncodeTensor(tensor, requiresGrad: false, isParameter: false) : Encode(tensor);
        }

        return dict;
    }

    private PyDict EncodeDictionary(IDictionary entries)
    {
        var dict = new PyDict();
        _seen[entries] = dict;
        foreach (DictionaryEntry entry in entries)
        {
            var key = EncodeKey(entry.Key);
            if (dict.TryGet(key, out _))
            {
                throw new NotSupportedException($"the keys of a dictionary must differ in Python, and {key} is there twice");
            }

            dict[key] = Encode(entry.Value);
        }

        return dict;
    }

    private PyValue EncodeTuple(ITuple tuple)
    {
        PyTuple encoded = new([.. Enumerable.Range(0, tuple.Length).Select(i => Encode(tuple[i]))]);

        // One that holds itself by way of a list was made on the way, and is that one.
        return _seen.TryAdd(tuple, encoded) ? encoded : _seen[tuple];
    }

    private PyList EncodeList(ICollection items)
    {
        var list = new PyList();
        _seen[items] = list;
        foreach (var item in items)
        {
            list.Items.Add(Encode(item));
        }

        return list;
    }

    private PySet EncodeSet(IEnumerable items)
    {
        var set = new PySet();
        _seen[items] = set;
        foreach (var item in items)
        {
            set.Add(EncodeKey(item));
        }

        return set;
    }

    private PyValue EncodeKey(object? key)
    {
        var encoded = Encode(key);
        return IsHashable(encoded)
            ? encoded
            : throw new NotSupportedException($"in Python a {encoded.TypeName} cannot be the key of a dictionary or in a set");
    }

    private static bool IsHashable(PyValue key) => key switch
    {
        PyList or PyDict or PySet { IsFrozen: false } or PyBytes { IsByteArray: true } => false,
        PyTuple tuple => tuple.Items.All(IsHashable),
        _ => true,
    };

    private static bool IsSet(object value) =>
        value.GetType().GetInterfaces().Any(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ISet<>));

    private PyTensor EncodeTensor(torch.Tensor tensor, bool requiresGrad, bool isParameter)
    {
        if (tensor.is_sparse)
        {
            throw new NotSupportedException("a sparse tensor cannot be saved; make it dense with to_dense() first");
        }

        if (tensor.is_conj() || tensor.is_neg())
        {
            using var lazyBits = tensor.detach();
            using var conjugated = lazyBits.resolve_conj();
            tensor = Hold(conjugated.resolve_neg());
        }

        var type = ElementTypeMap.ToElement(tensor.dtype);
        var view = new TensorView(StorageOf(tensor, ElementTypeInfo.Of(type).ByteSize), type, tensor.shape, tensor.stride(), tensor.storage_offset());
        return new(view, requiresGrad, isParameter);
    }

    private TensorStorage StorageOf(torch.Tensor tensor, int elementSize)
    {
        var (device, index) = (tensor.device_type, tensor.device_index);
        if (device == DeviceType.META)
        {
            throw new NotSupportedException("a tensor on the meta device has no elements to save");
        }

        // Tensors over one array can have storages of their own that start together.
        var (start, length) = (Native.StorageStart(tensor), Native.StorageBytes(tensor));
        if (start != 0 && _storages.TryGetValue((device, index, start, length), out var known))
        {
            return known;
        }

        ByteSource bytes = device == DeviceType.CPU
            ? new NativeByteSource(tensor.detach().DetachFromDisposeScope())
            : new DeviceByteSource(tensor, elementSize, WindowFor(device, length));
        _held.Add(bytes);
        if (isSnapshot)
        {
            _held.Add(bytes = new CopiedByteSource(bytes));
        }

        var storage = new TensorStorage(bytes, Tag(device, index));
        if (start != 0)
        {
            _storages.Add((device, index, start, length), storage);
        }

        return storage;
    }

    private DeviceWindow? WindowFor(DeviceType device, long length)
    {
        if (StagingDevice.For(device, length) is not { } staging)
        {
            return null;
        }

        if (_window is null)
        {
            _held.Add(_window = new(staging));
        }

        return _window;
    }

    /// <summary>How PyTorch tags a device in a file (torch/serialization.py, the taggers): only some have a number.</summary>
    internal static string Tag(DeviceType device, int index) => device switch
    {
        DeviceType.CPU => "cpu",
        DeviceType.MPS => "mps",
        _ => $"{device.ToString().ToLowerInvariant()}:{Math.Max(index, 0)}",
    };
}
