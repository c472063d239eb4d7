using System.Buffers.Binary;

namespace Torchkeep.Formats.TorchZip;

/// <summary>The end record of an archive (APPNOTE 4.3.16), without zip64.</summary>
internal readonly ref struct ZipEnd(ReadOnlySpan<byte> record)
{
    private const int SizeAt = 12;
    private const int OffsetAt = 16;
    private const int CommentLengthAt = 20;

    private readonly ReadOnlySpan<byte> _record = record;

    internal uint DirectorySize => BinaryPrimitives.ReadUInt32LittleEndian(_record[SizeAt..]);

    internal uint DirectoryOffset => BinaryPrimitives.ReadUInt32LittleEndian(_record[OffsetAt..]);

    internal ushort CommentLength => BinaryPrimitives.ReadUInt16LittleEndian(_record[CommentLengthAt..]);
}
