using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Torchkeep.Tensors;

namespace Torchkeep.Torch.Rebuild;

/// <summary>Strided tensors of all ages (torch/_utils.py, <c>_rebuild_tensor</c>, <c>_v2</c>, <c>_v3</c>).</summary>
internal static class RebuildTensor
{
    internal static PyValue Build(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyStorage storage, PyInt offset, var size, var stride] =>
            new PyTensor(View(host, storage, TypeOf(storage), offset, size, stride, metadata: null)),
        _ => Refuse("_rebuild_tensor", "storage, offset, size, stride", arguments),
    };

    internal static PyValue BuildV2(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyStorage storage, PyInt offset, var size, var stride, PyBool requiresGrad, _, .. var rest] when rest.Length <= 1 =>
            new PyTensor(View(host, storage, TypeOf(storage), offset, size, stride, rest), requiresGrad.Value),
        _ => Refuse("_rebuild_tensor_v2", "storage, offset, size, stride, requires_grad, hooks[, metadata]", arguments),
    };

    internal static PyValue BuildV3(TorchPickleHost host, PyTuple arguments) => arguments.Items switch
    {
        [PyStorage storage, PyInt offset, var size, var stride, PyBool requiresGrad, _, var dtype, .. var rest] when rest.Length <= 1 =>
            new PyTensor(View(host, storage, ParseElementType(dtype), offset, size, stride, rest), requiresGrad.Value),
        _ => Refuse("_rebuild_tensor_v3", "storage, offset, size, stride, requires_grad, hooks, dtype[, metadata]", arguments),
    };

    // An untyped storage under a call without dtype counts bytes, as torch.storage.TypedStorage(uint8) does.
    private static ElementType TypeOf(PyStorage storage) => storage.ElementType ?? ElementType.UInt8;

    private static ElementType ParseElementType(PyValue dtype)
    {
        if (dtype is not PyGlobal { Module: "torch" } name || !ElementTypeInfo.TryParse(name.Name, out var info) || !info!.IsTorchType)
        {
            TorchThrow.UnknownElementType(dtype);
            return default;
        }

        return info.Type;
    }

    private static TensorView View(
        TorchPickleHost host, PyStorage storage, ElementType type, PyInt offset, PyValue size, PyValue stride, ImmutableArray<PyValue>? metadata) =>
        new(storage.Storage, type, ToInt64(offset), Numbers(size), Numbers(stride))
        {
            Names = host.Names,
            MaxExpandedBytes = host.Limits.MaxExpandedBytes,
            IsConjugated = HasBit(metadata, "conj", type, ElementTypeInfo.Of(type).IsComplex),
            IsNegated = HasBit(metadata, "neg", type, ElementTypeInfo.Of(type).Sign != ElementSign.None),
        };

    // A tuple since 0.1, but readers accept lists and torch.Size, which is a record of a tuple.
    private static ImmutableArray<long> Numbers(PyValue value)
    {
        IReadOnlyList<PyValue>? items = value switch
        {
            PyTuple tuple => tuple.Items,
            PyList list => list.Items,
            PyObject { ClassName: "torch.Size", Arguments.Items: [PyTuple tuple] } => tuple.Items,
            _ => null,
        };
        if (items is null)
        {
            throw new InvalidCheckpointException($"a size or stride must be a tuple of ints, found {value.TypeName}");
        }

        var numbers = new long[items.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = ToInt64(items[i]);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(numbers);
    }

    private static long ToInt64(PyValue value) => value is PyInt number && number.TryGetInt64(out var result)
        ? result
        : throw new InvalidCheckpointException($"a size, stride or offset must be an int of 64 bits, found {value.TypeName} {value.Brief}");

    private static bool HasBit(ImmutableArray<PyValue>? metadata, string bit, ElementType type, bool isAllowed)
    {
        var isSet = metadata is [PyDict bits] && bits.TryGet(bit, out var value) && value is PyBool { Value: true };
        return !isSet || isAllowed
            ? isSet
            : throw new InvalidCheckpointException($"the tensor has the bit '{bit}', which elements of {ElementTypeInfo.Of(type)} cannot have");
    }

    private static PyValue Refuse(string callable, string expected, PyTuple found)
    {
        TorchThrow.BadArguments(callable, expected, found);
        return null!;
    }
}
