using System.IO.Hashing;
using System.Text;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>A zip archive laid out field by field (PKWARE APPNOTE 6.3.10), independent of our writer: every field can lie.</summary>
internal sealed record RawZip(params RawRecord[] Records)
{
    /// <summary>Has the zip64 end record and its locator.</summary>
    internal bool HasEnd64 { get; init; }

    /// <summary>The short end record says "look in the other one" throughout.</summary>
    internal bool EndIsMasked { get; init; }

    internal ulong? Count { get; init; }

    internal ulong? DirectorySize { get; init; }

    internal ulong? DirectoryOffset { get; init; }

    internal ulong? End64Offset { get; init; }

    internal ulong? Count64 { get; init; }

    internal ushort Disk { get; init; }

    internal uint Disk64 { get; init; }

    internal ushort? CountOnDisk { get; init; }

    internal byte[] Comment { get; init; } = [];

    /// <summary>Between the directory and the end records.</summary>
    internal byte[] Gap { get; init; } = [];

    internal byte[] Build()
    {
        var stream = new MemoryStream();
        var writer = new BinaryWriter(stream);
        var offsets = new List<long>();
        foreach (var record in Records)
        {
            offsets.Add(stream.Position);
            WriteLocal(writer, record);
        }

        var start = stream.Position;
        foreach (var (record, offset) in Records.Zip(offsets))
        {
            WriteCentral(writer, record, offset);
        }

        var size = stream.Position - start;
        writer.Write(Gap);
        WriteEnd(writer, (ulong)start, (ulong)size);
        return stream.ToArray();
    }

    private static void WriteLocal(BinaryWriter writer, RawRecord record)
    {
        var name = Encoding.UTF8.GetBytes(record.LocalName ?? record.Name);
        writer.Write(record.LocalSignature);
        writer.Write((ushort)20);
        writer.Write(record.Flags);
        writer.Write(record.LocalMethod ?? record.Method);
        writer.Write(0u); // time and date
        writer.Write(0u); // crc
        writer.Write(0u); // sizes
        writer.Write(0u);
        writer.Write((ushort)name.Length);
        writer.Write(record.LocalExtraLength ?? (ushort)record.LocalExtra.Length);
        writer.Write(name);
        writer.Write(record.LocalExtra);
        writer.Write(record.Payload);
    }

    private static void WriteCentral(BinaryWriter writer, RawRecord record, long place)
    {
        var name = Encoding.UTF8.GetBytes(record.Name);
        var compressedSize = record.CompressedSize ?? record.Payload.Length;
        var size = record.Size ?? compressedSize;
        var offset = record.LocalOffset ?? place;
        var extra = record.Is64
            ? [.. record.CentralExtra, 1, 0, 24, 0, .. BitConverter.GetBytes(size), .. BitConverter.GetBytes(compressedSize), .. BitConverter.GetBytes(offset)]
            : record.CentralExtra;
        writer.Write(0x02014b50u);
        writer.Write((ushort)20);
        writer.Write((ushort)20);
        writer.Write(record.Flags);
        writer.Write(record.Method);
        writer.Write(0u); // time and date
        writer.Write(record.Crc ?? Crc32.HashToUInt32(record.Payload));
        writer.Write(record.Is64 ? uint.MaxValue : (uint)compressedSize);
        writer.Write(record.Is64 ? uint.MaxValue : (uint)size);
        writer.Write((ushort)name.Length);
        writer.Write((ushort)extra.Length);
        writer.Write((ushort)record.Comment.Length);
        writer.Write(record.Disk);
        writer.Write((ushort)0); // attributes
        writer.Write(0u);
        writer.Write(record.Is64 ? uint.MaxValue : (uint)offset);
        writer.Write(name);
        writer.Write(extra);
        writer.Write(record.Comment);
    }

    private void WriteEnd(BinaryWriter writer, ulong start, ulong size)
    {
        var count = Count ?? (ulong)Records.Length;
        size = DirectorySize ?? size;
        var offset = DirectoryOffset ?? start;
        if (HasEnd64)
        {
            var at = (ulong)writer.BaseStream.Position;
            writer.Write(0x06064b50u);
            writer.Write(44ul);
            writer.Write((ushort)45);
            writer.Write((ushort)45);
            writer.Write(Disk64);
            writer.Write(Disk64);
            writer.Write(Count64 ?? count);
            writer.Write(Count64 ?? count);
            writer.Write(size);
            writer.Write(offset);

            writer.Write(0x07064b50u);
            writer.Write(0u);
            writer.Write(End64Offset ?? at);
            writer.Write(1u);
        }

        writer.Write(0x06054b50u);
        writer.Write(Disk);
        writer.Write(Disk);
        writer.Write(CountOnDisk ?? (EndIsMasked ? ushort.MaxValue : (ushort)count));
        writer.Write(EndIsMasked ? ushort.MaxValue : (ushort)count);
        writer.Write(EndIsMasked ? uint.MaxValue : (uint)size);
        writer.Write(EndIsMasked ? uint.MaxValue : (uint)offset);
        writer.Write((ushort)Comment.Length);
        writer.Write(Comment);
    }
}
