using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Saving;

/// <summary>The archive to the byte: order, alignment, flags, checksums, and where 32 bits end.</summary>
public sealed class SaveLayoutTests
{
    [Fact]
    public void RecordsComeInPyTorchsOrder()
    {
        var file = Save(Models.StateDict());
        var records = WrittenZip.Parse(file);
        Assert.Equal(
            [
                "archive/data.pkl", "archive/.format_version", "archive/.storage_alignment", "archive/byteorder",
                "archive/data/0", "archive/data/1", "archive/data/2", "archive/data/3",
                "archive/version", "archive/.data/serialization_id",
            ],
            records.Select(record => record.Name));
        Assert.Equal(["1", "64", "little"], records[1..4].Select(Text));
        Assert.Equal("3\n", Text(records[^2]));
        Assert.Matches("^[0-9]{40}$", Text(records[^1]));

        string Text(WrittenZip record) => Encoding.ASCII.GetString(record.Payload(file));
    }

    [Fact]
    public void StoragesAreInTheOrderOfTheirKeysNotOfTheirNames()
    {
        var root = Models.Synthetic([.. Enumerable.Range(0, 12).Select(i => new PatternByteSource(i))]);
        var keys = WrittenZip.Parse(Save(root)).Select(record => record.Name).Where(name => name.StartsWith("archive/data/", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 12).Select(key => $"archive/data/{key}"), keys);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(64), InlineData(4096), InlineData(32768)]
    public void EveryRecordIsAligned(int alignment)
    {
        var file = Save(Models.StateDict(), new() { StorageAlignment = alignment });
        foreach (var record in WrittenZip.Parse(file))
        {
            Assert.Equal(0, record.PayloadOffset % alignment);
            Assert.Equal("FB"u8, record.LocalExtra.AsSpan(0, 2));
            Assert.Equal(record.LocalExtra.Length - 4, WrittenZip.UInt16(record.LocalExtra, 2));
            Assert.InRange(record.LocalExtra.Length - 4, 0, alignment - 1);
            Assert.All(record.LocalExtra[4..], filler => Assert.Equal((byte)'Z', filler));
            Assert.Empty(record.CentralExtra);
        }
    }

    [Theory, InlineData(0), InlineData(-64), InlineData(3), InlineData(65536), InlineData(int.MinValue)]
    public void AnAlignmentThatIsNoneIsRefused(int alignment)
    {
        Assert.Throws<ArgumentException>(() => Save(1, new() { StorageAlignment = alignment }));
    }

    [Fact]
    public void FlagsChecksumsAndDescriptorsTellThePayload()
    {
        var file = Save(Models.StateDict());
        foreach (var record in WrittenZip.Parse(file))
        {
            var payload = record.Payload(file);
            Assert.Equal(payload.Length > 0 ? 0x0808 : 0x0800, record.Flags);
            Assert.Equal(record.Flags, WrittenZip.UInt16(record.LocalHeader, 6));
            Assert.Equal(0, WrittenZip.UInt16(record.LocalHeader, 8)); // stored
            Assert.Equal(Crc32.HashToUInt32(payload), record.Crc);
            Assert.All(record.LocalHeader[10..26], field => Assert.Equal(0, field)); // time, date, crc, sizes
            if (payload.Length > 0)
            {
                var descriptor = WrittenZip.Read(file, record.PayloadOffset + record.Size, 16);
                Assert.Equal(0x08074b50u, WrittenZip.UInt32(descriptor, 0));
                Assert.Equal(record.Crc, WrittenZip.UInt32(descriptor, 4));
                Assert.Equal(payload.Length, WrittenZip.Int64(descriptor, 8) & uint.MaxValue);
                Assert.Equal(payload.Length, WrittenZip.Int64(descriptor, 8) >> 32);
            }
        }
    }

    [Fact]
    public void TheSecondHalfOfTheIdIsMadeOfTheChecksums()
    {
        var file = Save(Models.StateDict());
        var records = WrittenZip.Parse(file);
        var hash = records[..^1].Where(record => record.Size > 0).Aggregate(0UL, (hash, record) => hash ^ (record.Crc + 0x9e3779b9UL + (hash << 6) + (hash >> 2)));
        Assert.Equal($"{hash:D20}", Encoding.ASCII.GetString(records[^1].Payload(file)[20..]));
    }

    [Fact]
    public void TheFrameworksOwnReaderReadsIt()
    {
        var file = Save(Models.StateDict());
        using var zip = new ZipArchive(new MemoryStream(WrittenZip.Read(file, 0, (int)file.Length)));
        foreach (var (entry, record) in zip.Entries.Zip(WrittenZip.Parse(file)))
        {
            var bytes = new MemoryStream();
            using (var opened = entry.Open())
            {
                opened.CopyTo(bytes);
            }

            Assert.Equal((record.Name, record.Crc), (entry.FullName, entry.Crc32));
            Assert.Equal(record.Payload(file), bytes.ToArray());
        }
    }

    [Theory]
    [InlineData("a.b.c.pt", "a.b.c")]
    [InlineData("noext", "noext")]
    [InlineData("x.", "x")]
    [InlineData("..pt", ".")]
    [InlineData(".hidden.pt", ".hidden")]
    [InlineData(".hidden", "archive")]
    [InlineData("runs.v2/model.pt", "model")]
    [InlineData("back\\slash.pt", "slash")]
    [InlineData("sp ace.pt", "sp ace")]
    [InlineData("weird:name?.pt", "weird:name?")]
    [InlineData("modèle.pt", "archive")]
    public void TheFolderInTheArchiveIsTheFilesName(string path, string folder) => Assert.Equal(folder, TorchZipWriter.ArchiveName(path));

    [Theory, InlineData(""), InlineData("a/b"), InlineData("a\\b"), InlineData("modèle")]
    public async Task AFolderThatPyTorchDoesNotWriteIsRefused(string folder)
    {
        using var files = new TemporaryFolder();
        await Assert.ThrowsAsync<ArgumentException>(() => Saved.ToPathAsync(async: false, 1, files["model.pt"], new() { ArchiveName = folder }));
        Assert.Empty(files.Names);
    }

    [Theory, InlineData(255, true), InlineData(256, false)]
    public void TheFoldersNameHasALongestLength(int length, bool isSaved)
    {
        var options = new WriteOptions { ArchiveName = new('n', length) };
        if (isSaved)
        {
            Assert.StartsWith(options.ArchiveName, WrittenZip.Parse(Save(1, options))[0].Name, StringComparison.Ordinal);
        }
        else
        {
            Assert.Throws<ArgumentException>(() => Save(1, options));
        }
    }

    [Theory, InlineData(uint.MaxValue - 1L, false), InlineData((long)uint.MaxValue, true)]
    public void SizesAndOffsetsMoveToTheZip64BlockWhereThirtyTwoBitsEnd(long size, bool is64)
    {
        var file = Saved.ToSparseFile(Models.Synthetic(Models.Zeros(size), new PatternByteSource(5)));
        var records = WrittenZip.Parse(file);

        var big = records.Single(record => record.Name == "archive/data/0");
        Assert.Equal(size, big.Size);
        Assert.Equal(is64 ? [1, 0, 16, 0, .. Bytes(size), .. Bytes(size)] : [], big.CentralExtra);
        Assert.Equal(is64 ? [1, 0, 16, 0, .. Bytes(size), .. Bytes(0)] : "FB"u8.ToArray(), big.LocalExtra[..(is64 ? 20 : 2)]);
        var descriptor = WrittenZip.Read(file, big.PayloadOffset + size + 8, 16);
        Assert.Equal(is64 ? [.. Bytes(size), .. Bytes(size)] : [.. Bytes(size)[..4], .. Bytes(size)[..4]], descriptor[..(is64 ? 16 : 8)]);

        // Behind it every offset is past 32 bits, and a block holds that alone.
        var after = records.Single(record => record.Name == "archive/data/1");
        Assert.Equal([1, 0, 8, 0, .. Bytes(after.LocalOffset)], after.CentralExtra);
        Assert.Equal([1, 0, 8, 0, .. Bytes(after.LocalOffset), .. "FB"u8], after.LocalExtra[..14]);
        Assert.Equal(5, WrittenZip.Int64(WrittenZip.Read(file, after.PayloadOffset + 5, 24), 8));
        Assert.All(records, record => Assert.Equal(0, record.PayloadOffset % 64));

        using var checkpoint = Checkpoint.Open(file, new() { VerifyChecksums = false });
        var bytes = new byte[5];
        checkpoint.FindTensor("tensor1").ReadBytes(bytes);
        Assert.Equal(Enumerable.Range(0, 5).Select(place => PatternByteSource.At(place)), bytes);
        Assert.Equal(size, checkpoint.FindTensor("tensor0").ByteLength);
    }

    [Fact]
    public void SeventyThousandStoragesAreWrittenAndRead()
    {
        const int Count = 70_000;
        var file = Save(Models.Synthetic([.. Enumerable.Range(0, Count).Select(i => new PatternByteSource(i % 3))]));
        var end = WrittenZip.Read(file, file.Length - 22, 22);
        Assert.Equal((ushort.MaxValue, ushort.MaxValue), (WrittenZip.UInt16(end, 8), WrittenZip.UInt16(end, 10)));
        Assert.Equal(Count + 6, WrittenZip.Parse(file).Count);

        using var checkpoint = Checkpoint.Open(file);
        Assert.Equal(Count, checkpoint.Tensors.Count);
        Assert.Equal([0, 31], checkpoint.FindTensor($"tensor{Count - 2}").ToArray<byte>().Take(2));
    }

    private static byte[] Bytes(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    private static MemoryByteSource Save(PyValue root, WriteOptions? options = null) => new(Saved.ToBytes(root, options));
}
