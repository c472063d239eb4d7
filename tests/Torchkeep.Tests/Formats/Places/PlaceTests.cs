using System.Formats.Tar;
using System.IO.Compression;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.IO;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Formats.Places;

/// <summary>Checkpoints that lie in a folder, in an archive or in a compressed file, and archives that somebody packed again.</summary>
public sealed class PlaceTests : IDisposable
{
    private static readonly byte[] _pickle = Protocol2(Dict((Str("w"), TensorV2(Storage("FloatStorage", "0", 2), 0, [2], [1]))));
    private static readonly byte[] _elements = [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("data.pkl")]
    [InlineData("../")]
    public void AnUnpackedCheckpointIsOpened(string place)
    {
        Unpack("model", _pickle);

        using var checkpoint = Checkpoint.Open(Path.Combine(_folder["model"], place));

        Assert.Equal([1, 2], checkpoint["w"].AsTensor().ToArray<float>());
        Assert.True(CheckpointVerifier.Verify(_folder["model"], cancellationToken: TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public void TheByteOrderOfAnUnpackedCheckpointCounts()
    {
        Unpack("model", _pickle);
        File.WriteAllText(_folder["model/byteorder"], "big");
        File.WriteAllBytes(_folder["model/data/0"], [0x3f, 0x80, 0, 0, 0x40, 0, 0, 0]);

        using var checkpoint = Checkpoint.Open(_folder["model"]);

        Assert.Equal([1, 2], checkpoint["w"].AsTensor().ToArray<float>());
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/hostname")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("1")]
    public void AKeyThatIsNoFileOfTheFolderIsMissed(string key)
    {
        Unpack("model", Protocol2(TensorV2(Storage("ByteStorage", key, 2), 0, [2], [1])));
        File.WriteAllBytes(_folder["model/secret"], [1, 2]);

        Assert.Contains("which is not there", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder["model"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStorageOfAnotherLengthIsRefused()
    {
        Unpack("model", _pickle);
        File.WriteAllBytes(_folder["model/data/0"], [1, 2, 3]);

        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder["model"]));

        Assert.Equal("data/0", error.Record);
    }

    [Fact]
    public void APickleAloneSaysWhichStorageIsMissing()
    {
        File.WriteAllBytes(_folder["data.pkl"], _pickle);

        Assert.Contains("the storage '0' lies beside the pickle", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder["data.pkl"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b/c/", '/')]
    [InlineData("model/", '\\')]
    [InlineData("x/y/", '\\')]
    [InlineData("", '/')]
    public void AnArchiveThatWasPackedAgainIsOpened(string top, char separator)
    {
        string Name(string record) => (top + record).Replace('/', separator);
        var bytes = TorchZipBytes.Archive([(Name("data/0"), _elements), (Name("data.pkl"), _pickle), (Name("version"), "3\n"u8.ToArray()), ("__MACOSX/x/._data.pkl", [1])]);

        using var checkpoint = Checkpoint.Open(bytes);

        Assert.Equal([1, 2], checkpoint["w"].AsTensor().ToArray<float>());
        Assert.True(CheckpointVerifier.Verify(new CountingByteSource(bytes), cancellationToken: TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public void TwoNamesThatDifferInTheirSlashesAreRefused() =>
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(TorchZipBytes.Archive([("a/data.pkl", _pickle), ("a/data/0", _elements), ("a\\data/0", _elements)])));

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    public void AFileInAnArchiveIsOpened(string kind)
    {
        var inner = TorchZipBytes.Build(_pickle, ("0", _elements));
        var path = _folder[$"model.{kind}"];
        File.WriteAllBytes(path, Pack(kind, ("weights/policy.pth", inner), ("notes.txt", [1])));

        using var checkpoint = Checkpoint.Open($"{path}!weights/policy.pth");
        var missing = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open($"{path}!none.pth"));
        var outer = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(path));

        Assert.Equal([1, 2], checkpoint["w"].AsTensor().ToArray<float>());
        Assert.Equal($"{path}!weights/policy.pth", checkpoint.File);
        Assert.Contains("no file 'none.pth'", missing.Message, StringComparison.Ordinal);
        Assert.Contains($"model.{kind}!weights/policy.pth", outer.Message, StringComparison.Ordinal);
        Assert.True(CheckpointVerifier.Verify($"{path}!weights/policy.pth", cancellationToken: TestContext.Current.CancellationToken).IsWhole);
        Assert.True(CheckpointScanner.Scan($"{path}!weights/policy.pth", cancellationToken: TestContext.Current.CancellationToken).IsClean);
    }

    [Fact]
    public void AnArchiveInAnArchiveIsGoneInto()
    {
        var inner = Pack("tar", ("model.ckpt", TorchZipBytes.Build(_pickle, ("0", _elements))));
        File.WriteAllBytes(_folder["a.mar"], Pack("zip", ("b.nemo", inner)));

        using var checkpoint = Checkpoint.Open(_folder["a.mar!b.nemo!model.ckpt"]);

        Assert.Equal([1, 2], checkpoint["w"].AsTensor().ToArray<float>());
    }

    [Fact]
    public void AFileWhoseNameHasAMarkIsThatFile()
    {
        File.WriteAllBytes(_folder["a!b.pt"], TorchZipBytes.Build(_pickle, ("0", _elements)));
        File.WriteAllBytes(_folder["a"], [1]);

        using var checkpoint = Checkpoint.Open(_folder["a!b.pt"]);

        Assert.Equal([1, 2], checkpoint["w"].AsTensor().ToArray<float>());
        Assert.Throws<FileNotFoundException>(() => Checkpoint.Open(_folder["none!b.pt"]));
        Assert.Contains("neither a zip nor a tar", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(_folder["a!none"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", false)]
    [InlineData("gzip", true)]
    [InlineData("zlib", false)]
    public void ACompressedCheckpointIsUnpacked(string compression, bool isStream)
    {
        byte[] inside = isStream
            ? LegacyBytes.File(Dict((Str("w"), TensorV2(LegacyBytes.Stored("FloatStorage", "0", 2), 0, [2], [1]))), LegacyBytes.Floats("0", 1, 2))
            : TorchZipBytes.Build(_pickle, ("0", _elements));
        File.WriteAllBytes(_folder["model.pt.gz"], Compress(inside, compression));

        using var checkpoint = Checkpoint.Open(_folder["model.pt.gz"]);

        Assert.Equal([1, 2], checkpoint["w"].AsTensor().ToArray<float>());
        Assert.Equal(compression, checkpoint.Compression);
        Assert.Equal(new FileInfo(_folder["model.pt.gz"]).Length, checkpoint.FileLength);
        Assert.Equal(isStream ? CheckpointFormat.TorchLegacy : CheckpointFormat.TorchZip, checkpoint.Format);
        Assert.True(CheckpointVerifier.Verify(_folder["model.pt.gz"], cancellationToken: TestContext.Current.CancellationToken).IsWhole);
        Assert.True(CheckpointScanner.Scan(_folder["model.pt.gz"], cancellationToken: TestContext.Current.CancellationToken).IsClean);
    }

    [Fact]
    public void ADamagedCompressedFileIsToldSo()
    {
        var bytes = Compress(TorchZipBytes.Build(_pickle, ("0", _elements)), "gzip");
        var changed = (byte[])bytes.Clone();
        changed[^6] ^= 1;

        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(bytes.AsMemory(0, bytes.Length - 20)));
        Assert.Contains("damaged", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(changed)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatUnpacksIsBounded()
    {
        var bytes = Compress(TorchZipBytes.Build(Protocol2(TensorV2(Storage("ByteStorage", "0", 1 << 22), 0, [1], [1])), ("0", new byte[1 << 22])), "gzip");

        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(bytes, new ReadOptions { Limits = new() { MaxUnpackedBytes = 1 << 21 } }));

        Assert.True(bytes.Length < 1 << 16);
        Assert.Contains("MaxUnpackedBytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALengthThatLooksCompressedIsALength()
    {
        // 0x0178 bytes of header begin as zlib does.
        var state = new PyDict();
        for (var i = 0; Saved(state).AsSpan() is not [0x78, 1, ..]; i++)
        {
            state = new PyDict { [new string('n', i + 1)] = TensorView.FromArray(new byte[] { 1 }, ElementType.UInt8, 1) };
        }

        using var checkpoint = Checkpoint.Open(Saved(state));

        Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);

        static byte[] Saved(PyDict state)
        {
            using var stream = new MemoryStream();
            Checkpoint.Save(state, stream, new WriteOptions { Format = CheckpointFormat.Safetensors }, cancellationToken: TestContext.Current.CancellationToken);
            return stream.ToArray();
        }
    }

    private void Unpack(string name, byte[] pickle)
    {
        Directory.CreateDirectory(Path.Combine(_folder[name], "data"));
        File.WriteAllBytes(Path.Combine(_folder[name], "data.pkl"), pickle);
        File.WriteAllText(Path.Combine(_folder[name], "version"), "3\n");
        File.WriteAllBytes(Path.Combine(_folder[name], "data", "0"), _elements);
    }

    private static byte[] Pack(string kind, params (string Name, byte[] Bytes)[] files)
    {
        if (kind == "zip")
        {
            return TorchZipBytes.Archive(files, CompressionLevel.Fastest);
        }

        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
            }
        }

        return kind == "tar" ? stream.ToArray() : Compress(stream.ToArray(), "gzip");
    }

    private static byte[] Compress(byte[] bytes, string compression)
    {
        var stream = new MemoryStream();
        using (Stream packer = compression == "gzip" ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            packer.Write(bytes);
        }

        return stream.ToArray();
    }
}
