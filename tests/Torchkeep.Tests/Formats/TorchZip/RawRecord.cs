using System.IO.Compression;
using System.IO.Hashing;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>A record of a <see cref="RawZip"/>: true unless told to lie.</summary>
internal sealed record RawRecord(string Name, byte[] Payload)
{
    internal ushort Flags { get; init; }

    internal ushort Method { get; init; }

    internal uint? Crc { get; init; }

    internal long? Size { get; init; }

    internal long? CompressedSize { get; init; }

    internal long? LocalOffset { get; init; }

    internal ushort Disk { get; init; }

    /// <summary>Both sizes and the offset of the directory go to a zip64 block.</summary>
    internal bool Is64 { get; init; }

    /// <summary>Extra fields of the directory, before those of <see cref="Is64"/>.</summary>
    internal byte[] CentralExtra { get; init; } = [];

    internal byte[] Comment { get; init; } = [];

    internal string? LocalName { get; init; }

    internal byte[] LocalExtra { get; init; } = [];

    internal ushort? LocalMethod { get; init; }

    internal uint LocalSignature { get; init; } = 0x04034b50;

    /// <summary>What stands in the local header's extra length, if not the truth.</summary>
    internal ushort? LocalExtraLength { get; init; }

    internal static RawRecord Deflated(string name, byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var deflater = new DeflateStream(stream, CompressionLevel.Optimal))
        {
            deflater.Write(bytes);
        }

        return new(name, stream.ToArray()) { Method = 8, Size = bytes.Length, Crc = Crc32.HashToUInt32(bytes) };
    }
}
