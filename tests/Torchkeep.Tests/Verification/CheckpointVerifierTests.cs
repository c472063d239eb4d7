using Torchkeep.IO;
using Torchkeep.Tests.Formats.TorchLegacy;
using Torchkeep.Tests.Formats.TorchTar;
using Torchkeep.Tests.Formats.TorchZip;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Verification;

public sealed class CheckpointVerifierTests
{
    private static byte[] Model
    {
        get
        {
            using var stream = new MemoryStream();
            var weight = TensorView.FromArray(new float[100], ElementType.Float32, 100);
            Checkpoint.Save(new PyDict { { "weight", weight }, { "tied", new TensorView(weight.Storage, ElementType.Float32, [10]) }, { "bias", TensorView.FromArray(new float[10], ElementType.Float32, 10) } }, stream, cancellationToken: TestContext.Current.CancellationToken);
            return stream.ToArray();
        }
    }

    [Fact]
    public void AWholeFileHasNoFault()
    {
        var report = Verify(Model);
        Assert.Empty(report.Faults);
        Assert.True(report.IsWhole);
        Assert.Equal((CheckpointFormat.TorchZip, 3, 2, 0), (report.Format, report.TensorCount, report.StorageCount, report.UncheckedBytes));
    }

    [Fact]
    public void AFlippedElementIsToldByItsRecordAndTensors()
    {
        var file = Model;
        file[Payload(file, "archive/data/0") + 17] ^= 4;
        var fault = Assert.Single(Verify(file).Faults);
        Assert.Equal("archive/data/0", fault.Record);
        Assert.Contains("CRC-32", fault.Problem, StringComparison.Ordinal);
        Assert.Equal(["weight", "tied"], fault.Tensors);
    }

    [Fact]
    public void EveryFaultIsToldAndNotOnlyTheFirst()
    {
        var file = Model;
        file[Payload(file, "archive/data/0")] ^= 1;
        file[Payload(file, "archive/data/1")] ^= 1;
        file[Payload(file, "archive/version")] ^= 1;
        Assert.Equal(["archive/data/0", "archive/data/1", "archive/version"], Verify(file).Faults.Select(fault => fault.Record).Order());
    }

    [Fact]
    public void ARecordThatNothingReadsIsCheckedToo()
    {
        var file = Model;
        file[Payload(file, "archive/.data/serialization_id")] ^= 1;
        Assert.Equal("archive/.data/serialization_id", Assert.Single(Verify(file).Faults).Record);
    }

    [Fact]
    public void AHeaderThatDisagreesWithTheDirectoryIsAFault()
    {
        var file = SmallModel.With(SmallModel.WeightRecord with { LocalName = "model/data/7" }).Build();
        Assert.Contains(Verify(file).Faults, fault => fault.Record == "model/data/0" && fault.Problem.Contains("model/data/7", StringComparison.Ordinal));
    }

    [Fact]
    public void AMissingRecordIsAFault() =>
        Assert.Contains(Verify(new RawZip(SmallModel.Pickle, SmallModel.WeightRecord, SmallModel.Version).Build()).Faults, fault => fault.Record == "model/data/1");

    [Fact]
    public void RecordsWithoutAChecksumAreCounted()
    {
        var zip = SmallModel.With(SmallModel.WeightRecord with { Crc = 0 }).Build();
        Assert.Equal(24, Verify(zip).UncheckedBytes);
    }

    [Fact]
    public void KindsWithoutChecksumsSaySo()
    {
        foreach (var (file, format) in new[] { (LegacyBytes.SmallFile, CheckpointFormat.TorchLegacy), (TarBytes.SmallFile, CheckpointFormat.TorchTar) })
        {
            var report = Verify(file);
            Assert.Empty(report.Faults);
            Assert.Equal((format, (long)file.Length), (report.Format, report.UncheckedBytes));
        }
    }

    [Fact]
    public void BytesBehindTheLastStorageAreAFault()
    {
        var fault = Assert.Single(Verify([.. LegacyBytes.SmallFile, 0, 0, 0]).Faults);
        Assert.Equal(LegacyBytes.SmallFile.Length, fault.Offset);
    }

    [Theory, InlineData("zz"), InlineData("ll"), InlineData("pp"), InlineData("zlpz"), InlineData("plzp"), InlineData("lzzl")]
    public void SeveralCheckpointsInOneFileAreAllVerified(string kinds)
    {
        byte[][] parts = [.. kinds.Select((kind, i) => CheckpointSequenceTests.One(kind, i))];
        var report = Verify([.. parts.SelectMany(part => part)]);
        Assert.Empty(report.Faults);
        Assert.Equal((kinds.Length, kinds.Count(kind => kind != 'p')), (report.CheckpointCount, report.TensorCount));

        byte[] followed = [.. parts.SelectMany(part => part), 0, 0];
        Assert.Equal(followed.Length - 2, Assert.Single(Verify(followed).Faults).Offset);
    }

    [Fact]
    public void AFaultOfTheSecondCheckpointIsAtItsPlaceInTheFile()
    {
        var (first, second) = (LegacyBytes.SmallFile, LegacyBytes.SmallFile);
        var fault = Assert.Single(Verify([.. first, .. second[..^1]]).Faults);
        Assert.InRange(fault.Offset!.Value, first.Length, first.Length + second.Length);

        var zip = Model;
        zip[Payload(zip, "archive/data/0")] ^= 1;
        Assert.Equal(["weight", "tied"], Assert.Single(Verify([.. Model, .. zip]).Faults).Tensors);
    }

    [Fact]
    public void ManyCheckpointsInOneFileAreReadOnce()
    {
        using var source = new CountingByteSource([.. Enumerable.Range(0, 2000).SelectMany(i => CheckpointSequenceTests.One('l', i))]);
        Assert.Equal(2000, CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken).CheckpointCount);
        Assert.InRange(source.BytesRead, source.Length, 60 * source.Length);
    }

    [Fact]
    public void ATarHeaderFailsItsChecksum()
    {
        var file = TarBytes.SmallFile;
        file[100] ^= 1;
        Assert.Contains(Verify(file).Faults, fault => fault.Problem.Contains("checksum", StringComparison.Ordinal));
    }

    [Fact]
    public void ATruncatedFileIsDamagedAndNotUnreadable() => Assert.False(Verify(Model[..^30]).IsWhole);

    [Fact]
    public void WhatIsNoCheckpointHasNothingToVerify()
    {
        foreach (var file in new[] { "not a checkpoint"u8.ToArray(), "This is text."u8.ToArray(), """{"a":1}"""u8.ToArray(), TorchZipBytes.Archive([("word/document.xml", [1])]), TarBytes.Tar(("notes", [1])), [] })
        {
            Assert.Throws<InvalidCheckpointException>(() => Verify(file));
        }
    }

    [Theory, InlineData(CheckpointFormat.Safetensors), InlineData(CheckpointFormat.TorchZip)]
    public void AShardedCheckpointIsVerifiedWithItsShards(CheckpointFormat format)
    {
        using var folder = new TemporaryFolder();
        var root = new PyDict { { "a", TensorView.FromArray(new float[100], ElementType.Float32, 100) }, { "b", TensorView.FromArray(new float[100], ElementType.Float32, 100) } };
        Checkpoint.Save(root, folder["model.bin"], new WriteOptions { Format = format, MaxShardSize = 400 }, cancellationToken: TestContext.Current.CancellationToken);
        var index = folder["model.bin.index.json"];
        var report = CheckpointVerifier.Verify(index, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(report.Faults);
        Assert.Equal((CheckpointFormat.Sharded, 2), (report.Format, report.TensorCount));
        Assert.True(report.Length > 800);

        var shard = folder["model-00002-of-00002.bin"];
        var bytes = File.ReadAllBytes(shard);
        if (format == CheckpointFormat.TorchZip)
        {
            var record = System.Text.Encoding.ASCII.GetString(bytes).Contains("model-00002-of-00002/data/0", StringComparison.Ordinal) ? "model-00002-of-00002/data/0" : "archive/data/0";
            bytes[Payload(bytes, record)] ^= 1;
            File.WriteAllBytes(shard, bytes);
            var fault = Assert.Single(CheckpointVerifier.Verify(index, cancellationToken: TestContext.Current.CancellationToken).Faults);
            Assert.Equal(($"model-00002-of-00002.bin > {record}", "b"), (fault.Record, Assert.Single(fault.Tensors)));
        }
        else
        {
            File.WriteAllBytes(shard, bytes[..^1]);
            var fault = Assert.Single(CheckpointVerifier.Verify(index, cancellationToken: TestContext.Current.CancellationToken).Faults);
            Assert.StartsWith("model-00002-of-00002.bin", fault.Record, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void EveryBrokenShardIsToldAndNotOnlyTheFirst()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model.bin.index.json"], """{"weight_map":{"weight":"1.bin","bias":"2.bin","c":"3.bin","d":"4.bin"}}""");
        File.WriteAllBytes(folder["1.bin"], Model[..^30]);
        File.WriteAllBytes(folder["2.bin"], LegacyBytes.SmallFile[..^1]);
        File.WriteAllText(folder["3.bin"], "<html>");
        var faults = CheckpointVerifier.Verify(folder["model.bin.index.json"], cancellationToken: TestContext.Current.CancellationToken).Faults;
        Assert.All(["1.bin", "2.bin", "3.bin"], shard => Assert.Contains(faults, fault => fault.Record == shard));
        Assert.Contains(faults, fault => fault.Problem.Contains("4.bin", StringComparison.Ordinal));
    }

    [Fact]
    public void EachByteIsReadOnceAndInAFewReads()
    {
        using var stream = new MemoryStream();
        Checkpoint.Save(new PyDict { { "w", new TensorView(new TensorStorage(new PatternByteSource(64 << 20)), ElementType.UInt8, [64 << 20]) } }, stream, cancellationToken: TestContext.Current.CancellationToken);
        using var source = new CountingByteSource(stream.ToArray());
        Assert.True(CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken).IsWhole);
        Assert.InRange(source.BytesRead, source.Length - (1 << 10), source.Length + (1 << 18));
        Assert.InRange(source.Reads.Count, 1, 200);
    }

    private static VerificationReport Verify(byte[] file)
    {
        using var source = new MemoryByteSource(file);
        return CheckpointVerifier.Verify(source, cancellationToken: TestContext.Current.CancellationToken);
    }

    // Where the bytes of a record are: behind its local header, whose name comes first in the file.
    private static int Payload(byte[] file, string record)
    {
        var name = file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(record));
        var header = name - 30;
        return name + record.Length + BitConverter.ToUInt16(file, header + 28);
    }
}
