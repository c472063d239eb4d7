using System.IO.Compression;
using Torchkeep.Formats.Places;
using Torchkeep.IO;
using Torchkeep.IO.Xz;

namespace Torchkeep.Formats.Scanning;

/// <summary>Compressed bytes, as joblib, pandas and people write pickles: those of gzip, xz and zlib are looked into, others are named.</summary>
internal static class CompressedScan
{
    private static readonly (string Name, byte[] Start)[] _unread =
    [
        ("bzip2", [.. "BZh"u8]),
        ("LZMA", [0x5d, 0x00, 0x00]),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd]),
        ("LZ4", [0x04, 0x22, 0x4d, 0x18]),
        ("7-zip", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
        ("RAR", [.. "Rar!"u8, 0x1a, 0x07]),
    ];

    // What follows the letters of a bzip2 file: a digit, and pi or the end of the stream.
    private static readonly byte[][] _bzip2Blocks = [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];

    /// <summary>The rows of <see cref="ScanKinds"/>.</summary>
    internal static IEnumerable<ScanKind> Kinds =>
    [
        new("gzip file", PackedFile.IsGzip, (scan, part) => Unpack(scan, part, stream => new GZipStream(stream, CompressionMode.Decompress), isCertain: true)),
        new("xz file", XzStream.Begins, (scan, part) => Unpack(scan, part, stream => new XzStream(stream), isCertain: true)),
        new("zlib stream", PackedFile.IsZlib, (scan, part) => Unpack(scan, part, stream => new ZLibStream(stream, CompressionMode.Decompress), isCertain: false)),
        .. _unread.Select(kind => new ScanKind($"{kind.Name} file", head => Begins(head, kind.Name, kind.Start), (scan, part) => Name(scan, part, kind.Name))),
    ];

    private static bool Name(FileScan scan, ScanPart part, string name)
    {
        scan.Add(ScanRule.UnreadRecord, $"it is compressed as {name}, which is not looked into: unpack it and scan what is inside", part.Record);
        return true;
    }

    private static bool Begins(ReadOnlySpan<byte> head, string name, byte[] start)
    {
        if (!head.StartsWith(start))
        {
            return false;
        }

        return name switch
        {
            // Elements of a tensor may begin with three letters.
            "bzip2" => head.Length > 10 && head[3] is >= (byte)'1' and <= (byte)'9' && (head[4..10].SequenceEqual(_bzip2Blocks[0]) || head[4..10].SequenceEqual(_bzip2Blocks[1])),

            // The size of the dictionary, then that of the data, unknown or small; the first byte of the coded data is 0.
            "LZMA" => head.Length > 13 && head[3] is 0x01 or 0x04 or 0x10 or 0x20 or 0x40 or 0x80 && head[4] < 4 && head[13] == 0
                && (head[5..13].IndexOfAnyExcept((byte)0xff) < 0 || head[10..13].IndexOfAnyExcept((byte)0) < 0),
            _ => true,
        };
    }

    // Elements of a tensor may begin as compressed bytes do, and then break off.
    private static bool Unpack(FileScan scan, ScanPart part, Func<Stream, Stream> decompress, bool isCertain)
    {
        var unpacked = ForwardByteSource.ReadAll(() => decompress(new ByteSourceStream(part.Source)), part.Source.Name, scan.Limits.MaxInflatedBytes, out var problem, out var isOverLimit);
        if (isOverLimit)
        {
            scan.Add(ScanRule.OverLimit, problem!, part.Record);
        }
        else if (problem is not null && isCertain && (part.Depth == 0 || unpacked.Length > 0))
        {
            scan.Add(ScanRule.BrokenContainer, problem, part.Record);
        }

        scan.Spend(unpacked.Length);
        scan.Later(part.Inside(unpacked, "unpacked", part.IsNamedPickle && problem is null) with { Owned = unpacked });
        return isCertain || problem is null;
    }
}
