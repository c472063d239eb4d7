using System.Buffers.Binary;

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
            var lengthSize = LengthSize(opcode);
            if (bytes.Length - Position <= lengthSize)
            {
                return false;
            }

            if (opcode == PickleOpcode.Stop || !Enter(opcode, Length(bytes.Slice(Position + 1, lengthSize))))
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

        _skip = (long)length + ArgumentSize(opcode);
        _lines = LineCount(opcode);
        return true;
    }

    private static ulong Length(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        0 => 0,
        1 => bytes[0],
        sizeof(uint) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
    };

    // How many bytes say how many follow.
    private static int LengthSize(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.Long1 or PickleOpcode.ShortBinString or PickleOpcode.ShortBinBytes or PickleOpcode.ShortBinUnicode => 1,
        PickleOpcode.Long4 or PickleOpcode.BinString or PickleOpcode.BinBytes or PickleOpcode.BinUnicode => sizeof(uint),
        PickleOpcode.BinUnicode8 or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8 => sizeof(ulong),
        _ => 0,
    };

    private static int ArgumentSize(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.Proto or PickleOpcode.BinInt1 or PickleOpcode.BinGet or PickleOpcode.BinPut or PickleOpcode.Ext1 => 1,
        PickleOpcode.BinInt2 or PickleOpcode.Ext2 => 2,
        PickleOpcode.BinInt or PickleOpcode.LongBinGet or PickleOpcode.LongBinPut or PickleOpcode.Ext4 => 4,
        PickleOpcode.BinFloat or PickleOpcode.Frame => 8,
        _ => 0,
    };

    private static int LineCount(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.Int or PickleOpcode.Long or PickleOpcode.Float or PickleOpcode.String or PickleOpcode.Unicode => 1,
        PickleOpcode.Get or PickleOpcode.Put or PickleOpcode.PersId => 1,
        PickleOpcode.Global or PickleOpcode.Inst => 2,
        _ => 0,
    };
}
