using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Torchkeep.Pickle;

/// <summary>Writes the opcodes of protocol 2 as CPython's pickler does. Who writes what, and the memo, is the encoder's affair.</summary>
internal sealed class PickleWriter
{
    internal const byte Protocol = 2;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    internal ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    internal void WriteOpcode(PickleOpcode opcode) => WriteByte((byte)opcode);

    internal void WriteProtocol()
    {
        WriteOpcode(PickleOpcode.Proto);
        WriteByte(Protocol);
    }

    internal void WriteGlobal(string module, string name)
    {
        WriteOpcode(PickleOpcode.Global);
        _buffer.Write(PickleText.EncodeUtf8(module));
        WriteByte((byte)'\n');
        _buffer.Write(PickleText.EncodeUtf8(name));
        WriteByte((byte)'\n');
    }

    internal void WriteText(string text)
    {
        var bytes = PickleText.EncodeUtf8(text);
        WriteOpcode(PickleOpcode.BinUnicode);
        WriteUInt32((uint)bytes.Length);
        _buffer.Write(bytes);
    }

    internal void WriteInteger(PyInt value)
    {
        if (!value.TryGetInt64(out var number) || number is < int.MinValue or > int.MaxValue)
        {
            WriteLong(value.Value);
        }
        else if (number is >= 0 and <= byte.MaxValue)
        {
            WriteOpcode(PickleOpcode.BinInt1);
            WriteByte((byte)number);
        }
        else if (number is >= 0 and <= ushort.MaxValue)
        {
            WriteOpcode(PickleOpcode.BinInt2);
            BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), (ushort)number);
            _buffer.Advance(sizeof(ushort));
        }
        else
        {
            WriteOpcode(PickleOpcode.BinInt);
            WriteUInt32((uint)(int)number);
        }
    }

    internal void WriteFloat(double value)
    {
        WriteOpcode(PickleOpcode.BinFloat);
        BinaryPrimitives.WriteDoubleBigEndian(_buffer.GetSpan(sizeof(double)), value);
        _buffer.Advance(sizeof(double));
    }

    internal void WritePut(int index) => WriteIndexed(PickleOpcode.BinPut, PickleOpcode.LongBinPut, index);

    internal void WriteGet(int index) => WriteIndexed(PickleOpcode.BinGet, PickleOpcode.LongBinGet, index);

    private void WriteIndexed(PickleOpcode small, PickleOpcode large, int index)
    {
        if (index <= byte.MaxValue)
        {
            WriteOpcode(small);
            WriteByte((byte)index);
        }
        else
        {
            WriteOpcode(large);
            WriteUInt32((uint)index);
        }
    }

    // PyTorch's own reader knows LONG1 alone, up to 255 bytes.
    private void WriteLong(BigInteger value)
    {
        var bytes = value.ToByteArray();
        if (bytes.Length <= byte.MaxValue)
        {
            WriteOpcode(PickleOpcode.Long1);
            WriteByte((byte)bytes.Length);
        }
        else
        {
            WriteOpcode(PickleOpcode.Long4);
            WriteUInt32((uint)bytes.Length);
        }

        _buffer.Write(bytes);
    }

    private void WriteByte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    private void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), value);
        _buffer.Advance(sizeof(uint));
    }
}
