namespace Torchkeep.Pickle;

/// <summary>
/// Finds where a pickle ends without running it, in bytes that come piece by piece: pickles in a stream have no length
/// before them, and what follows may be gigabytes (CPython Lib/pickletools.py has the arguments of the opcodes).
/// </summary>
internal struct PickleExtent(int maxStringBytes)
{
    private long _skip;
    private int _lines;

    /// <summary>How far it has come.</summary>
    internal int Position { get; private set; }

    /// <summary>
    /// Goes on where it stopped. True when <paramref name="bytes"/>, which start where the pickle does, have all of it, or
    /// have something that the machine refuses.
    /// </summary>
    internal bool TryFindEnd(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var skipped = (int)Math.Min(_skip, bytes.Length - Position);
            Position += skipped;
            _skip -= skipped;
            for (; _lines > 0 && Position < bytes.Length; _lines--)
            {
                var end = bytes[Position..].IndexOf((byte)'\n');
                if (end < 0)
                {
                    Position = bytes.Length;
                    return false;
                }

                Position += end + 1;
            }

            if (Position == bytes.Length)
            {
                return false;
            }

            var opcode = (PickleOpcode)bytes[Position];
            var lengthSize = PickleOperands.LengthSize(opcode);
            if (bytes.Length - Position <= lengthSize)
            {
                return false;
            }

            if (opcode == PickleOpcode.Stop || !Enter(opcode, PickleOperands.Length(bytes.Slice(Position + 1, lengthSize))))
            {
                return true;
            }

            Position += 1 + lengthSize;
        }
    }

    private bool Enter(PickleOpcode opcode, ulong length)
    {
        if (length > (ulong)maxStringBytes)
        {
            return false;
        }

        _skip = (long)length + PickleOperands.ArgumentSize(opcode);
        _lines = PickleOperands.LineCount(opcode);
        return true;
    }
}
