namespace Torchkeep.Pickle;

/// <summary>An opcode with what follows it.</summary>
internal readonly ref struct PickleInstruction(int offset, PickleOpcode opcode, ReadOnlySpan<byte> operand, int operandStart)
{
    internal int Offset { get; } = offset;

    internal PickleOpcode Opcode { get; } = opcode;

    /// <summary>The bytes of the argument without their length, or the first line.</summary>
    internal ReadOnlySpan<byte> Operand { get; } = operand;

    /// <summary>Where <see cref="Operand"/> is in the pickle.</summary>
    internal int OperandStart { get; } = operandStart;

    /// <summary>The name of a GLOBAL or INST, whose module is <see cref="Operand"/>.</summary>
    internal ReadOnlySpan<byte> SecondLine { get; init; }

    /// <summary>The byte after the instruction.</summary>
    internal int End { get; init; }

    /// <summary>Whether the bytes end before the line feed of the last line that there is.</summary>
    internal bool IsUnended { get; init; }
}
