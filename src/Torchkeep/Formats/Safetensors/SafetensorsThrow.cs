using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.Safetensors;

/// <summary>What can be wrong with a file of safetensors, and with what should become one.</summary>
internal static class SafetensorsThrow
{
    // A save may have taken the kind of the name alone.
    private const string OtherFile = $"a PyTorch file holds it, which is what any other name than *{SafetensorsConstants.Extension} or {nameof(WriteOptions)}.{nameof(WriteOptions.Format)} = {nameof(CheckpointFormat.TorchZip)} gives";

    [DoesNotReturn, StackTraceHidden]
    internal static void HeaderTooLarge(ByteSource source, ulong length, long limit) =>
        throw new UnsupportedCheckpointException(
            $"the header should have {length} bytes, over the limit of {limit} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxJsonBytes)})")
        {
            File = source.Name,
            Offset = 0,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void HeaderTruncated(ByteSource source, ulong length, long left) =>
        throw new InvalidCheckpointException($"the header should have {length} bytes, and {left} follow: the file is truncated") { File = source.Name, Offset = 0 };

    [DoesNotReturn, StackTraceHidden]
    internal static void PaddedWithNul(ByteSource source, int count, long at) =>
        throw new InvalidCheckpointException(
            $"the header ends with {count} NUL bytes, where the format has spaces, and no reader of safetensors takes it: make spaces of these bytes, or write the file again")
        {
            File = source.Name,
            Offset = at,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void TooManyTensors(ByteSource source, long limit) =>
        throw new UnsupportedCheckpointException($"the header has more tensors than the limit of {limit} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})")
        {
            File = source.Name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void UnknownElementType(ByteSource source, string code, long offset) =>
        throw new UnsupportedCheckpointException($"the dtype {new PyString(code).Brief} is none of those that safetensors has in version 0.8")
        {
            File = source.Name,
            Offset = offset,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void NotInOrder(ByteSource source, SafetensorsEntry tensor, long expected) =>
        throw new InvalidCheckpointException(
            tensor.End < tensor.Begin
                ? $"the tensor should end before it begins: {SafetensorsConstants.Offsets} are {tensor.Begin} and {tensor.End}"
                : tensor.Begin < expected
                    ? $"the tensor begins at {tensor.Begin}, and another one ends at {expected}: no two may share bytes"
                    : $"the tensor begins at {tensor.Begin}, and the one before ends at {expected}: no bytes may lie between them")
        {
            File = source.Name,
            TensorName = tensor.Name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void WrongLength(ByteSource source, long needed, long found, long dataStart) =>
        throw new InvalidCheckpointException(
            needed > found
                ? $"the tensors need {needed} bytes, and {found} follow the header: the file is truncated"
                : $"the tensors need {needed} bytes, and {found} follow the header: the last {found - needed} belong to none, and no reader of safetensors takes the file: cut it to {dataStart + needed} bytes, or write it again")
        {
            File = source.Name,
            Offset = dataStart,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void OddPairs(long[] shape) =>
        throw new UnsupportedCheckpointException(
            $"the tensor of 4-bit floats has the shape {TensorLayout.Format(shape)}, and PyTorch knows them in pairs: the last dimension must be even");

    [DoesNotReturn, StackTraceHidden]
    internal static void WrongSize(SafetensorsEntry tensor, ElementTypeInfo type, long count) =>
        throw new InvalidCheckpointException(
            $"the tensor has {tensor.End - tensor.Begin} bytes, and the shape {TensorLayout.Format(tensor.Shape)} of {type} needs {((Int128)count * type.BitSize) / 8}"
            + ((Int128)count * type.BitSize % 8 == 0 ? "" : " and a part of one"));

    [DoesNotReturn, StackTraceHidden]
    internal static void NoDictionary(PyValue root) =>
        throw new UnsupportedCheckpointException($"a file of safetensors is a dictionary from names to tensors, and the object is {root.Noun}: {OtherFile}");

    [DoesNotReturn, StackTraceHidden]
    internal static void NoName(PyValue key) =>
        throw new UnsupportedCheckpointException($"safetensors names tensors by texts, and the dictionary has the key {key.Brief}, {key.Noun}: {OtherFile}");

    [DoesNotReturn, StackTraceHidden]
    internal static void ReservedName(string name) =>
        throw new UnsupportedCheckpointException($"a tensor cannot be called '{name}' in safetensors, which keeps texts there") { TensorName = name };

    [DoesNotReturn, StackTraceHidden]
    internal static void NoUtf8(string name) =>
        throw new UnsupportedCheckpointException("the name has half of a surrogate pair, which safetensors cannot hold") { TensorName = name };

    [DoesNotReturn, StackTraceHidden]
    internal static void NoTensor(string name, PyValue value)
    {
        var advice = value is PyDict or PyObject or PyList or PyTuple
            ? "save the dictionary of tensors alone"
            : "leave it out";
        throw new UnsupportedCheckpointException($"safetensors holds a flat dictionary of tensors, and '{name}' is {value.Noun}: {advice}; {OtherFile}") { TensorName = name };
    }

    [DoesNotReturn, StackTraceHidden]
    internal static void NoElementType(string name, TensorView view) =>
        throw new UnsupportedCheckpointException($"safetensors has no dtype for a tensor {view}: a PyTorch file holds it") { TensorName = name };

    [DoesNotReturn, StackTraceHidden]
    internal static void NoBytes(string name) =>
        throw new UnsupportedCheckpointException("a meta tensor has a shape but no bytes to save") { TensorName = name };

    [DoesNotReturn, StackTraceHidden]
    internal static void Shared(SafetensorsTensor one, SafetensorsTensor other)
    {
        const string Options = nameof(WriteOptions);
        var isTied = one.View.ElementType == other.View.ElementType && one.View.StorageOffset == other.View.StorageOffset && one.View.IsConjugated == other.View.IsConjugated
            && one.View.IsNegated == other.View.IsNegated && one.View.Shape.SequenceEqual(other.View.Shape) && one.View.Strides.SequenceEqual(other.View.Strides);
        throw new UnsupportedCheckpointException(
            $"the tensors '{one.Name}' and '{other.Name}' {(isTied ? "are tied" : "share memory")}, which safetensors cannot say: "
            + (isTied ? $"write them once, with the other names beside ({Options}.{nameof(WriteOptions.DropShared)} = true), or " : "")
            + $"give each bytes of its own ({Options}.{nameof(WriteOptions.CopyShared)} = true)")
        {
            TensorName = other.Name,
        };
    }

    [DoesNotReturn, StackTraceHidden]
    internal static void NameIsText(string kept, string name) =>
        throw new UnsupportedCheckpointException(
            $"the tensor '{name}' is tied to '{kept}', and its name would stand in the metadata, where a text has it: give each bytes of its own ({nameof(WriteOptions)}.{nameof(WriteOptions.CopyShared)} = true)")
        {
            TensorName = name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void HeaderTooLong(int count) =>
        throw new UnsupportedCheckpointException(
            $"the names of {count} tensors need a header of more than {SafetensorsConstants.MaxHeaderBytes} bytes, which safetensors does not read: write several files ({nameof(WriteOptions)}.{nameof(WriteOptions.MaxShardSize)})");
}
