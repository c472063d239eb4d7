using System.Buffers.Binary;

namespace Torchkeep.Pickle;

/// <summary>What follows an opcode (CPython Lib/pickletools.py, the <c>arg</c> of each).</summary>
internal static class PickleOperands
{
    private static readonly bool[] _isOpcode = FindOpcodes();

    internal static bool IsOpcode(byte code) => _isOpcode[code];

    /// <summary>The number that <see cref="LengthSize"/> bytes stand for.</summary>
    internal static ulong Length(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        0 => 0,
        1 => bytes[0],
        sizeof(uint) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
    };

    /// <summary>How many bytes say how many follow.</summary>
    internal static int LengthSize(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.Long1 or PickleOpcode.ShortBinString or PickleOpcode.ShortBinBytes or PickleOpcode.ShortBinUnicode => 1,
        PickleOpcode.Long4 or PickleOpcode.BinString or PickleOpcode.BinBytes or PickleOpcode.BinUnicode => sizeof(uint),
        PickleOpcode.BinUnicode8 or PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8 => sizeof(ulong),
        _ => 0,
    };

    /// <summary>Bytes of an argument that always has as many.</summary>
    internal static int ArgumentSize(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.Proto or PickleOpcode.BinInt1 or PickleOpcode.BinGet or PickleOpcode.BinPut or PickleOpcode.Ext1 => 1,
        PickleOpcode.BinInt2 or PickleOpcode.Ext2 => 2,
        PickleOpcode.BinInt or PickleOpcode.LongBinGet or PickleOpcode.LongBinPut or PickleOpcode.Ext4 => 4,
        PickleOpcode.BinFloat or PickleOpcode.Frame => 8,
        _ => 0,
    };

    /// <summary>Lines of text.</summary>
    internal static int LineCount(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.Int or PickleOpcode.Long or PickleOpcode.Float or PickleOpcode.String or PickleOpcode.Unicode => 1,
        PickleOpcode.Get or PickleOpcode.Put or PickleOpcode.PersId => 1,
        PickleOpcode.Global or PickleOpcode.Inst => 2,
        _ => 0,
    };

    private static bool[] FindOpcodes()
    {
        var found = new bool[byte.MaxValue + 1];
        foreach (var opcode in Enum.GetValues<PickleOpcode>())
        {
            found[(byte)opcode] = true;
        }

        return found;
    }
}
