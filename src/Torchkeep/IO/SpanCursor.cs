using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Torchkeep.IO;

/// <summary>Takes numbers out of bytes in order; the one place that knows "truncated" inside a record.</summary>
internal ref struct SpanCursor(ReadOnlySpan<byte> bytes, string? record, int position = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Position { get; private set; } = position;

    internal readonly int Remaining => _bytes.Length - Position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<byte> Take(long count)
    {
        if ((ulong)count > (ulong)Remaining)
        {
            Truncated(record, Position, count, Remaining);
        }

        var taken = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte TakeByte()
    {
        if (Remaining == 0)
        {
            Truncated(record, Position, 1, 0);
        }

        return _bytes[Position++];
    }

    internal ushort TakeUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    internal int TakeInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    internal uint TakeUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    internal long TakeInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    internal ulong TakeUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    internal double TakeDoubleBigEndian() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>The bytes up to the next line feed, which is taken too.</summary>
    internal ReadOnlySpan<byte> TakeLine()
    {
        var length = _bytes[Position..].IndexOf((byte)'\n');
        if (length < 0)
        {
            throw new InvalidCheckpointException($"a line of text has no end in the {Remaining} bytes that are left")
            {
                Record = record,
                Offset = Position,
            };
        }

        var line = _bytes.Slice(Position, length);
        Position += length + 1;
        return line;
    }

    private static void Truncated(string? record, int position, long needed, int left) =>
        throw new InvalidCheckpointException($"needs {needed} bytes, {left} left: the record is truncated or lies about a length")
        {
            Record = record,
            Offset = position,
        };
}
