using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Torch;

/// <summary>What can be wrong with what a pickle says about tensors.</summary>
internal static class TorchThrow
{
    [DoesNotReturn, StackTraceHidden]
    internal static void BadArguments(string callable, string expected, PyTuple found) =>
        throw new InvalidCheckpointException(
            $"{callable} takes ({expected}), found ({string.Join(", ", found.Items.Take(10).Select(item => item.TypeName))})");

    [DoesNotReturn, StackTraceHidden]
    internal static void BadPersistentId(PyValue found) =>
        throw new InvalidCheckpointException(
            found is PyString { Value: var text } && text.StartsWith($"('{TorchNames.StorageTag}'", StringComparison.Ordinal)
            ? "the file was saved with pickle_protocol=0, which turns what names a storage into text that PyTorch cannot read back either: save it again with the default protocol"
            : $"a persistent id must be ('{TorchNames.StorageTag}', class, key, location, size[, part]), found {found.Brief}");

    [DoesNotReturn, StackTraceHidden]
    internal static void BadWindow(PyValue found) =>
        throw new InvalidCheckpointException($"a part of a storage must be (key, offset, size), found {found.Brief}");

    [DoesNotReturn, StackTraceHidden]
    internal static void WindowOutside(long offset, long elements, long all) =>
        throw new InvalidCheckpointException($"a part of a storage should have {elements} elements from {offset} on, and the storage has {all}");

    [DoesNotReturn, StackTraceHidden]
    internal static void UnknownStorageClass(PyGlobal name) =>
        throw new UnsupportedCheckpointException($"the storage class {name} is not known");

    [DoesNotReturn, StackTraceHidden]
    internal static void UnknownElementType(PyValue found) =>
        throw new UnsupportedCheckpointException($"{found.Brief} is no dtype that is known");

    [DoesNotReturn, StackTraceHidden]
    internal static void StorageTooLarge(long elements, ElementTypeInfo type) =>
        throw new InvalidCheckpointException($"a storage of {elements} elements of {type} has more bytes than 64 bits can count");

    [DoesNotReturn, StackTraceHidden]
    internal static void WrongStorageSize(string record, long found, long elements, ElementTypeInfo type) =>
        throw new InvalidCheckpointException(
            $"the record has {found} bytes, and {elements} elements of {type} need {elements * type.ByteSize}")
        {
            Record = record,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void UnreadableModule(string path, PyValue module) =>
        throw new UnsupportedCheckpointException(
            $"the module '{path}' is {module.Brief}, which keeps its state in a form that only its class can read: save model.state_dict() in Python instead")
        {
            TensorName = path,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void StateDictOverLimit(string what, long limit, string option) =>
        throw new UnsupportedCheckpointException($"the module's state_dict would have more than {limit} {what} ({nameof(ReadLimits)}.{option})");

    [DoesNotReturn, StackTraceHidden]
    internal static void TwoElementTypes(string? name, ElementType first, ElementType second) =>
        throw new UnsupportedCheckpointException(
            $"cannot save tensors that view the same storage as {ElementTypeInfo.Of(first)} and as {ElementTypeInfo.Of(second)}: copy one of them")
        {
            TensorName = name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void YoungTypeInStream(string? name, ElementTypeInfo type) =>
        throw new UnsupportedCheckpointException($"a tensor of {type} cannot be saved in the stream format, where PyTorch fails to read it: save it as a zip archive")
        {
            TensorName = name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void UntypedInStream(string? name) =>
        throw new UnsupportedCheckpointException("an untyped storage cannot be saved in the stream format, where PyTorch fails to read it: save it as a zip archive")
        {
            TensorName = name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void NoTorchType(string? name, ElementTypeInfo type) =>
        throw new UnsupportedCheckpointException($"a tensor of {type} can be saved as safetensors alone: PyTorch has no such dtype")
        {
            TensorName = name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void TwoByteOrders(string? name, int first, int second) =>
        throw new UnsupportedCheckpointException(
            $"cannot save tensors that view the same storage of a big-endian file as elements of {first} and of {second} bytes: copy one of them")
        {
            TensorName = name,
        };
}
