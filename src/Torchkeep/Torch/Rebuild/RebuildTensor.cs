using System.Collections.Immutable;
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
            new PyTensor(View(host, storage, RebuildArguments.ElementTypeOf(dtype), offset, size, stride, rest), requiresGrad.Value),
        _ => Refuse("_rebuild_tensor_v3", "storage, offset, size, stride, requires_grad, hooks, dtype[, metadata]", arguments),
    };

    // An untyped storage under a call without dtype counts bytes, as torch.storage.TypedStorage(uint8) does.
    private static ElementType TypeOf(PyStorage storage) => storage.ElementType ?? ElementType.UInt8;

    private static TensorView View(
        TorchPickleHost host, PyStorage storage, ElementType type, PyInt offset, PyValue size, PyValue stride, ImmutableArray<PyValue>? metadata) =>
        new(storage.Storage, type, RebuildArguments.Int64(offset), RebuildArguments.Numbers(size), RebuildArguments.Numbers(stride))
        {
            Names = host.Names,
            MaxExpandedBytes = host.Limits.MaxExpandedBytes,
            Budget = host.Budget,
            IsConjugated = HasBit(metadata, "conj", type, ElementTypeInfo.Of(type).IsComplex),
            IsNegated = HasBit(metadata, "neg", type, ElementTypeInfo.Of(type).Sign != ElementSign.None),
        };

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
