namespace Torchkeep.Pickle;

/// <summary>
/// Takes a pickle apart into instructions, and does nothing that they say. Frames are read in one of two ways. Python up to
/// 3.13 reads a pickle in memory as if there were none; from a file, it reads the whole frame, and where an operand passes
/// the frame's end it drops what is left of the frame and takes the operand from behind it (CPython Modules/_pickle.c,
/// _Unpickler_ReadImpl). Others refuse such a frame.
/// </summary>
/// <param name="pickle">The bytes.</param>
/// <param name="start">Where the pickle starts in them.</param>
/// <param name="firstDropped">The offset of the first FRAME that is read as from a file.</param>
/// <param name="lastDropped">The offset of the last one.</param>
internal ref struct PickleDisassembler(ReadOnlySpan<byte> pickle, int start, int firstDropped, int lastDropped)
{
    private const int NoFrame = -1;

    private readonly ReadOnlySpan<byte> _pickle = pickle;
    private int _bufferEnd = NoFrame;

    /// <summary>The byte after what was read last.</summary>
    internal int Position { get; private set; } = start;

    /// <summary>Why there is no next instruction.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Whether the bytes end inside of the next instruction.</summary>
    internal bool IsTruncated { get; private set; }

    /// <summary>False where there is no such opcode, or the bytes end inside of it.</summary>
    internal bool TryNext(out PickleInstruction instruction)
    {
        instruction = default;
        var offset = Position;
        if (!TryTake(1, out var code))
        {
            return false;
        }

        var opcode = (PickleOpcode)code[0];
        if (!PickleOperands.IsOpcode(code[0]))
        {
            Problem = PickleThrow.NoOpcode(code[0]);
            return false;
        }

        var lines = PickleOperands.LineCount(opcode);
        if (lines > 0)
        {
            instruction = TakeLines(offset, opcode, lines);
            return true;
        }

        var lengthSize = PickleOperands.LengthSize(opcode);
        ReadOnlySpan<byte> operand = default;
        if (lengthSize > 0)
        {
            if (!TryTake((ulong)lengthSize, out var length) || !TryTakeCounted(opcode, PickleOperands.Length(length), out operand))
            {
                return false;
            }
        }
        else if (!TryTake((ulong)PickleOperands.ArgumentSize(opcode), out operand))
        {
            return false;
        }

        instruction = new(offset, opcode, operand, Position - operand.Length);
        return opcode != PickleOpcode.Frame || TryEnter(offset, PickleOperands.Length(operand));
    }

    private PickleInstruction TakeLines(int offset, PickleOpcode opcode, int lines)
    {
        var first = TakeLine(out var isEnded);
        var start = Position - first.Length - (isEnded ? 1 : 0);
        var second = lines == 2 && isEnded ? TakeLine(out isEnded) : default;
        return new(offset, opcode, first, start) { SecondLine = second, IsUnended = !isEnded, End = Position };
    }

    private ReadOnlySpan<byte> TakeLine(out bool isEnded)
    {
        if (_bufferEnd != NoFrame && _pickle[Position.._bufferEnd].IndexOf((byte)'\n') < 0)
        {
            Leave();
        }

        var rest = _pickle[Position..];
        var length = rest.IndexOf((byte)'\n');
        isEnded = length >= 0;
        length = isEnded ? length : rest.Length;
        Position += isEnded ? length + 1 : length;
        return rest[..length];
    }

    private bool TryTake(ulong count, out ReadOnlySpan<byte> taken)
    {
        if (_bufferEnd != NoFrame && count > (ulong)(_bufferEnd - Position))
        {
            Leave();
        }

        return TrySlice(count, out taken);
    }

    // The bytes of a value are read from the frame, and go on behind it.
    private bool TryTakeCounted(PickleOpcode opcode, ulong count, out ReadOnlySpan<byte> taken)
    {
        if (opcode is not (PickleOpcode.BinBytes or PickleOpcode.ShortBinBytes or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8))
        {
            return TryTake(count, out taken);
        }

        if (_bufferEnd != NoFrame && count > (ulong)(_bufferEnd - Position))
        {
            _bufferEnd = NoFrame;
        }

        return TrySlice(count, out taken);
    }

    private bool TrySlice(ulong count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        var left = _pickle.Length - Position;
        if (count > (ulong)left)
        {
            IsTruncated = true;
            Problem = $"needs {count} bytes, {left} left: the record is truncated or lies about a length";
            return false;
        }

        taken = _pickle.Slice(Position, (int)count);
        Position += (int)count;
        return true;
    }

    private bool TryEnter(int offset, ulong length)
    {
        if (offset < firstDropped || offset > lastDropped || (_bufferEnd != NoFrame && length <= (ulong)(_bufferEnd - Position)))
        {
            return true;
        }

        if (_bufferEnd != NoFrame)
        {
            Leave();
        }

        if (length > (ulong)(_pickle.Length - Position))
        {
            Problem = $"a frame of {length} bytes passes the end of the pickle";
            return false;
        }

        _bufferEnd = Position + (int)length;
        return true;
    }

    private void Leave()
    {
        Position = _bufferEnd;
        _bufferEnd = NoFrame;
    }
}
