using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Pickle;

/// <summary>What can be wrong with a pickle; the machine adds the record and the byte.</summary>
internal static class PickleThrow
{
    internal static string NoOpcode(byte opcode) => $"0x{opcode:x2} is no opcode of any pickle protocol";

    [DoesNotReturn, StackTraceHidden]
    internal static void UnknownOpcode(byte opcode) =>
        throw new InvalidCheckpointException(NoOpcode(opcode));

    [DoesNotReturn, StackTraceHidden]
    internal static void Unsupported(PickleOpcode opcode, string why) =>
        throw new UnsupportedCheckpointException($"the pickle uses {opcode}, {why}");

    [DoesNotReturn, StackTraceHidden]
    internal static void UnknownProtocol(int protocol) =>
        throw new UnsupportedCheckpointException($"the pickle says it is of protocol {protocol}; 0 to 5 are known");

    [DoesNotReturn, StackTraceHidden]
    internal static void StackUnderflow() =>
        throw new InvalidCheckpointException("the pickle takes a value from an empty stack");

    [DoesNotReturn, StackTraceHidden]
    internal static void NoMark() => throw new InvalidCheckpointException("the pickle looks for a mark that it never set");

    [DoesNotReturn, StackTraceHidden]
    internal static void MemoMiss(long index) =>
        throw new InvalidCheckpointException($"the pickle gets memo entry {index}, which it never put");

    [DoesNotReturn, StackTraceHidden]
    internal static void WrongOperand(string expected, PyValue found) =>
        throw new InvalidCheckpointException($"the pickle needs {expected} and has {found.TypeName}");

    [DoesNotReturn, StackTraceHidden]
    internal static void OddItems() => throw new InvalidCheckpointException("the pickle sets a key without a value");

    [DoesNotReturn, StackTraceHidden]
    internal static void BadText(string what, string text) =>
        throw new InvalidCheckpointException($"'{text}' is no {what}");

    [DoesNotReturn, StackTraceHidden]
    internal static void BadFrame(string problem) =>
        throw new InvalidCheckpointException($"{problem}: versions of Python read such a pickle differently, and no pickler writes one");

    [DoesNotReturn, StackTraceHidden]
    internal static void NegativeLength(long length) =>
        throw new InvalidCheckpointException($"the pickle gives a length of {length}");

    [DoesNotReturn, StackTraceHidden]
    internal static void OverLimit(string what, long limit, string option) =>
        throw new UnsupportedCheckpointException($"the pickle has {what} over the limit of {limit} ({nameof(ReadLimits)}.{option})");
}
