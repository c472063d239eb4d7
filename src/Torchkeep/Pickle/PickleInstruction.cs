namespace Torchkeep.Pickle;

/// <summary>An opcode with what follows it.</summary>
internal readonly ref struct PickleInstruction(int offset, PickleOpcode opcode, ReadOnlySpan<byte> operand, ReadOnlySpan<byte> secondLine)
{
    internal int Offset { get; } = offset;

    internal PickleOpcode Opcode { get; } = opcode;

    /// <summary>The bytes of the argument without their length, or the first line.</summary>
    internal ReadOnlySpan<byte> Operand { get; } = operand;

    /// <summary>The name of a GLOBAL or INST, whose module is <see cref="Operand"/>.</summary>
    internal ReadOnlySpan<byte> SecondLine { get; } = secondLine;
}
