using Torchkeep.IO;

namespace Torchkeep.Pickle;

/// <summary>Takes a pickle apart into instructions, and does nothing that they say.</summary>
internal ref struct PickleDisassembler(ReadOnlySpan<byte> pickle)
{
    private SpanCursor _cursor = new(pickle, record: null);

    /// <summary>The byte after what was read last.</summary>
    internal readonly int Position => _cursor.Position;

    internal readonly bool IsAtEnd => _cursor.Remaining == 0;

    /// <exception cref="InvalidCheckpointException">There is no such opcode, or the bytes end inside of it.</exception>
    internal PickleInstruction Next()
    {
        var offset = _cursor.Position;
        var opcode = (PickleOpcode)_cursor.TakeByte();
        if (!Enum.IsDefined(opcode))
        {
            PickleThrow.UnknownOpcode((byte)opcode);
        }

        switch (PickleOperands.LineCount(opcode))
        {
            case 1:
                return new(offset, opcode, _cursor.TakeLine(), default);
            case 2:
                var first = _cursor.TakeLine();
                return new(offset, opcode, first, _cursor.TakeLine());
        }

        var lengthSize = PickleOperands.LengthSize(opcode);
        var length = lengthSize == 0 ? (ulong)PickleOperands.ArgumentSize(opcode) : PickleOperands.Length(_cursor.Take(lengthSize));
        return new(offset, opcode, _cursor.Take((long)Math.Min(length, long.MaxValue)), default);
    }
}
