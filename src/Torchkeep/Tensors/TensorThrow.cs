using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Tensors;

/// <summary>What can be wrong with the numbers that describe a tensor.</summary>
internal static class TensorThrow
{
    [DoesNotReturn, StackTraceHidden]
    internal static void RankMismatch(int shape, int strides) =>
        throw new InvalidCheckpointException($"the tensor has a shape of {shape} dimensions and strides of {strides}");

    [DoesNotReturn, StackTraceHidden]
    internal static void Negative(string what, long value) =>
        throw new InvalidCheckpointException($"the tensor has a negative {what}, {value}");

    [DoesNotReturn, StackTraceHidden]
    internal static void TooLarge(ReadOnlySpan<long> shape) =>
        throw new InvalidCheckpointException($"the tensor's shape {TensorLayout.Format(shape)} has more bytes than 64 bits can count");

    [DoesNotReturn, StackTraceHidden]
    internal static void NotWholeBytes(ReadOnlySpan<long> shape, ElementTypeInfo type) =>
        throw new InvalidCheckpointException(
            $"the tensor of shape {TensorLayout.Format(shape)} has elements of {type.BitSize} bits, which must be whole bytes from the first of the storage on, in row-major order");

    [DoesNotReturn, StackTraceHidden]
    internal static void NoBytes(string? tensor) =>
        throw new UnsupportedCheckpointException("a meta tensor has a shape but no bytes to read") { TensorName = tensor };

    [DoesNotReturn, StackTraceHidden]
    internal static void LeavesStorage(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long elements) =>
        throw new InvalidCheckpointException(
            $"the tensor of shape {TensorLayout.Format(shape)}, strides {TensorLayout.Format(strides)} and offset {offset} "
            + $"leaves its storage, which has {elements} elements");

    [DoesNotReturn, StackTraceHidden]
    internal static void Expanded(string? name, long bytes, long storage, long limit) =>
        throw new UnsupportedCheckpointException(
            $"the tensor expands to {bytes} bytes out of a storage of {storage}, "
            + $"over the limit of {limit} more ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxExpandedBytes)})")
        {
            TensorName = name,
        };

    [DoesNotReturn, StackTraceHidden]
    internal static void ExpandedTogether(string? name, long limit) =>
        throw new UnsupportedCheckpointException(
            $"the tensors of the file have together more than {limit} bytes, the limit for a file of its length ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxExpandedBytes)})")
        {
            TensorName = name,
        };
}
