using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.Safetensors;

/// <summary>What can be wrong with a file of safetensors, and with what should become one.</summary>
internal static class SafetensorsThrow
{
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
                : $"the tensors need {needed} bytes, and {found} follow the header: some are nobody's")
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
}
