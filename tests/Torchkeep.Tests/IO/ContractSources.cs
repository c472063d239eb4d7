using System.IO.Compression;
using System.IO.Hashing;
using Torchkeep.Formats.Places;
using Torchkeep.Formats.TorchLegacy;
using Torchkeep.Formats.TorchTar;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Tests.IO;

/// <summary>Every source of the library over the same bytes. Those that wrap another one take any for it.</summary>
internal sealed class ContractSources : IDisposable
{
    internal const int Length = 100_000;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Sources that have their bytes themselves.</summary>
    internal static IEnumerable<string> Own => ["file", "file on demand", "mapped", "memory", "array", "stream", "stream behind a prefix", "spooled", "forward", "reopened", "sparse"];

    /// <summary>Sources that have their bytes of another source.</summary>
    internal static IEnumerable<string> Wrapping =>
        ["slice", "shared part", "zip record", "unchecked zip record", "legacy storage", "swapped", "pieces", "converted", "view", "contiguous view", "archive member", "guarded", "inflated"];

    /// <summary>Those of them whose <see cref="ByteSource.Verify"/> is that of the other source. The rest has a checksum of its own.</summary>
    internal static IEnumerable<string> Forwarding =>
        Wrapping.Except(["zip record", "unchecked zip record", "inflated"]);

    internal static IEnumerable<string> InMemory =>
        ["mapped", "memory", "array", "slice", "shared part", "zip record", "unchecked zip record", "legacy storage", "contiguous view", "archive member", "guarded", "inflated"];

    /// <summary>Those of them that hand out bytes in place where the other source does.</summary>
    internal static IEnumerable<string> Mapping => ["slice", "shared part", "zip record", "unchecked zip record", "legacy storage", "contiguous view", "archive member", "guarded"];

    internal string FilePath => _folder["bytes"];

    /// <summary>What all sources hold: doubles of small integers, which conversion from floats gives too.</summary>
    internal static byte[] Bytes { get; } = [.. Enumerable.Range(0, Length / sizeof(double)).SelectMany(place => BitConverter.GetBytes((double)PatternByteSource.At(place)))];

    public void Dispose() => _folder.Dispose();

    /// <summary>A source.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="inner">Makes the source that is wrapped; in memory if null.</param>
    internal ByteSource Open(string kind, Func<byte[], ByteSource>? inner = null)
    {
        inner ??= bytes => new MemoryByteSource(bytes);
        switch (kind)
        {
            case "file":
                File.WriteAllBytes(FilePath, Bytes);
                return new FileByteSource(FilePath);
            case "mapped":
                File.WriteAllBytes(FilePath, Bytes);
                return new MappedByteSource(FilePath);
            case "file on demand":
                File.WriteAllBytes(FilePath, Bytes);
                return new FileOnDemand(FilePath);
            case "memory":
                return new MemoryByteSource(Bytes);
            case "array":
                return new ArrayByteSource<byte>(Bytes);
            case "stream":
                return new StreamByteSource(new MemoryStream(Bytes), leaveOpen: false);
            case "stream behind a prefix":
                return new StreamByteSource(new MemoryStream([1, 2, 3, .. Bytes]) { Position = 3 }, leaveOpen: false);
            case "spooled":
                return SpooledStream.ToSourceAsync(new ForwardStream(new MemoryStream(Bytes)), leaveOpen: false, ReadLimits.Default, async: false, CancellationToken.None).Complete();
            case "forward":
                return new ForwardByteSource(() => new DeflateStream(new MemoryStream(Deflate(Bytes)), CompressionMode.Decompress), name: null, "record", Length);
            case "reopened":
                return new ReopenableByteSource(() => new MemoryByteSource(Bytes));
            case "sparse":
                return new SparseByteSource(new MemoryByteSource((byte[])[1, 2, 3, .. Bytes[50_000..], .. Bytes[..50_000]]), new("member", (byte)'S', 3, Length, [(50_000, 50_000), (0, 50_000)]));
            case "slice":
                return new SliceByteSource(inner([1, 2, 3, .. Bytes, 4]), start: 3, Length);
            case "shared part":
                return new SharedByteSource(inner([1, 2, 3, .. Bytes, 4])).Part(3, Length);
            case "zip record":
                return ZipRecord(inner, verify: true);
            case "unchecked zip record":
                return ZipRecord(inner, verify: false);
            case "legacy storage":
                var storage = new LegacyStorageSource(inner([1, 2, 3, .. Bytes, 4]), Length, ElementTypeInfo.Of(ElementType.UInt8));
                storage.PlaceAt(3);
                return storage;
            case "swapped":
                return new SwappedByteSource(inner([.. Bytes.Chunk(8).SelectMany(element => element.Reverse())]), swapSize: 8);
            case "pieces":
                return Pieces(inner);
            case "converted":
                var floats = Bytes.Chunk(8).SelectMany(element => BitConverter.GetBytes((float)BitConverter.ToDouble(element))).ToArray();
                return new ConvertedByteSource(View(inner(floats), ElementType.Float32, [Length / 8], [1]), ElementType.Float64);
            case "view":
                return new ViewByteSource(View(inner(Transposed()), ElementType.Float64, [125, 100], [1, 125]));
            case "contiguous view":
                return ViewByteSource.Of(View(inner([.. new byte[8], .. Bytes, .. new byte[8]]), ElementType.Float64, [Length / 8], [1], offset: 1));
            case "archive member":
                return new ArchiveMember(new MemoryByteSource(Bytes), inner(Bytes), "archive!member");
            case "guarded":
                return GuardedByteSource.Of(new PassingByteSource(inner(Bytes)));
            default:
                return new InflatedByteSource(() => inner(Deflate(Bytes)), name: null, "record", Length, Crc32.HashToUInt32(Bytes), int.MaxValue);
        }
    }

    private static TensorView View(ByteSource bytes, ElementType type, long[] shape, long[] strides, long offset = 0) =>
        new(new TensorStorage(bytes), type, shape, strides, offset);

    // 125 rows of 100 elements, by columns.
    private static byte[] Transposed()
    {
        var elements = Bytes.Chunk(8).ToArray();
        return [.. Enumerable.Range(0, elements.Length).SelectMany(place => elements[(place % 125 * 100) + (place / 125)])];
    }

    private static PiecesByteSource Pieces(Func<byte[], ByteSource> inner)
    {
        // With gaps of zeros, as the bytes have them.
        var cuts = new[] { 0, 8, 24_000, 24_008, Length };
        var pieces = cuts.Zip(cuts.Skip(1), (from, to) =>
        {
            var start = from + Bytes.AsSpan(from, to - from).IndexOfAnyExcept((byte)0);
            return new PiecesByteSource.Piece(start < from ? from : start, inner(Bytes[(start < from ? from : start)..to]));
        });
        return new([.. pieces], Length, name: null);
    }

    private static ZipRecordSource ZipRecord(Func<byte[], ByteSource> inner, bool verify)
    {
        var archive = TorchZipBytes.Archive([("before", [1, 2, 3]), ("record", Bytes)]);
        var directory = ZipDirectory.ReadAsync(new MemoryByteSource(archive), ReadLimits.Default, async: false, CancellationToken.None).Complete();
        return new(inner(archive), directory.Find("record")!, verify);
    }

    private static byte[] Deflate(byte[] bytes)
    {
        var stream = new MemoryStream();
        using (var deflater = new DeflateStream(stream, CompressionLevel.Fastest))
        {
            deflater.Write(bytes);
        }

        return stream.ToArray();
    }
}
