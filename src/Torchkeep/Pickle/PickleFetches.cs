using System.Buffers.Binary;
using System.Collections;

namespace Torchkeep.Pickle;

/// <summary>
/// Which memo entries a pickle fetches, found ahead of running it. Python's pickler puts everything there, ten entries a
/// tensor, and fetches few: what is never fetched need not be kept alive.
/// </summary>
internal sealed class PickleFetches
{
    // Bytes of an opcode with its argument, where they are always as many; else 0.
    private static readonly byte[] _sizes = [.. Enumerable.Range(0, byte.MaxValue + 1).Select(code => SizeOf((PickleOpcode)code))];

    private readonly BitArray _fetched = new(64);
    private bool _mayFetchAny;

    private PickleFetches()
    {
    }

    /// <summary>Those of a pickle that cannot be looked through.</summary>
    internal static PickleFetches Any => new() { _mayFetchAny = true };

    /// <summary>How many times something is put, at most.</summary>
    internal int PutCount { get; private set; }

    /// <summary>Looks through the pickle that the bytes start with, to its end or to what the machine refuses.</summary>
    internal static PickleFetches In(ReadOnlySpan<byte> bytes)
    {
        var fetches = new PickleFetches();
        while (bytes.Length > 0 && (PickleOpcode)bytes[0] != PickleOpcode.Stop)
        {
            long size = _sizes[bytes[0]];
            if (size == 0)
            {
                size = SizeOf(bytes);
            }

            if (size > bytes.Length)
            {
                break;
            }

            fetches.Note((PickleOpcode)bytes[0], bytes[1..]);
            bytes = bytes[(int)size..];
        }

        return fetches;
    }

    internal bool Has(long index) => _mayFetchAny || (index < _fetched.Length && _fetched[(int)index]);

    private void Note(PickleOpcode opcode, ReadOnlySpan<byte> argument)
    {
        switch (opcode)
        {
            case PickleOpcode.BinPut or PickleOpcode.LongBinPut or PickleOpcode.Memoize or PickleOpcode.Put:
                PutCount++;
                break;
            case PickleOpcode.BinGet:
                Add(argument[0]);
                break;
            case PickleOpcode.LongBinGet:
                Add(BinaryPrimitives.ReadUInt32LittleEndian(argument));
                break;
            case PickleOpcode.Get:
                _mayFetchAny = true;
                break;
        }
    }

    // No index is larger than the entries there are, but for one that a file of no pickler names.
    private void Add(uint index)
    {
        if (index > (uint)PutCount)
        {
            _mayFetchAny = true;
            return;
        }

        if (index >= _fetched.Length)
        {
            _fetched.Length = 2 * ((int)index + 1);
        }

        _fetched[(int)index] = true;
    }

    private static byte SizeOf(PickleOpcode opcode) =>
        PickleOperands.LengthSize(opcode) == 0 && PickleOperands.LineCount(opcode) == 0 ? (byte)(1 + PickleOperands.ArgumentSize(opcode)) : (byte)0;

    // More than there are bytes where the argument has no end.
    private static long SizeOf(ReadOnlySpan<byte> bytes)
    {
        var opcode = (PickleOpcode)bytes[0];
        var lengthSize = PickleOperands.LengthSize(opcode);
        if (lengthSize >= bytes.Length)
        {
            return long.MaxValue;
        }

        if (lengthSize > 0)
        {
            return 1 + lengthSize + (long)Math.Min(PickleOperands.Length(bytes.Slice(1, lengthSize)), int.MaxValue);
        }

        var size = 1;
        for (var lines = PickleOperands.LineCount(opcode); lines > 0; lines--)
        {
            var end = bytes[size..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return long.MaxValue;
            }

            size += end + 1;
        }

        return size;
    }
}
