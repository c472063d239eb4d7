using System.Buffers.Binary;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>
/// An array as <c>numpy.save</c> writes it. The elements of one of Python objects are a pickle behind the header
/// (numpy/lib/format.py, <c>read_array</c>).
/// </summary>
internal static class NpyScan
{
    private const int VersionAt = 6;
    private const int LengthAt = 8;

    // Types with many fields have long ones.
    private const int MaxHeader = 1 << 16;

    private static readonly byte[] _signature = [0x93, .. "NUMPY"u8];

    internal static bool Matches(ReadOnlySpan<byte> head) => head.StartsWith(_signature) && head.Length > LengthAt;

    internal static bool Run(FileScan scan, ScanPart part)
    {
        var head = new byte[Math.Min(part.Source.Length, LengthAt + sizeof(uint))];
        part.Source.Read(0, head);

        // Version 1.0 has a length of two bytes, 2.0 and 3.0 one of four.
        var size = head[VersionAt] == 1 ? sizeof(ushort) : sizeof(uint);
        if (head.Length < LengthAt + size)
        {
            return true;
        }

        var field = head.AsSpan(LengthAt);
        long length = size == sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(field) : BinaryPrimitives.ReadUInt32LittleEndian(field);
        var start = LengthAt + size + length;
        if (start >= part.Source.Length)
        {
            return true;
        }

        // The type code of objects. The elements of other arrays are looked at as any record is.
        var header = new byte[Math.Min(length, MaxHeader)];
        part.Source.Read(LengthAt + size, header);
        scan.Spend(header.Length);
        var holdsObjects = header.AsSpan().IndexOf("'|O'"u8) >= 0 || header.AsSpan().IndexOf("'O'"u8) >= 0;
        scan.Consider(part.Inside(new SliceByteSource(part.Source, start, part.Source.Length - start), "elements", holdsObjects));
        return true;
    }
}
