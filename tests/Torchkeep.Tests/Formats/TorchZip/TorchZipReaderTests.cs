using System.Text;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>The records of PyTorch's archive, there, missing and wrong.</summary>
public sealed class TorchZipReaderTests
{
    [Theory]
    [InlineData("model/")]
    [InlineData("archive/")]
    [InlineData("a.b.c/")]
    [InlineData("/")]
    [InlineData("")]
    public void TheTopFolderIsThatOfThePickle(string folder)
    {
        var zip = new RawZip([.. SmallModel.Zip.Records.Select(record => record with { Name = folder + record.Name["model/".Length..] })]);
        SmallModel.AssertWhole(zip.Build());
    }

    [Fact]
    public void RecordsMayStandInAnyOrderAndOutsideOfTheFolder() =>
        SmallModel.AssertWhole(new RawZip([new("__MACOSX/junk", [1]), .. SmallModel.Zip.Records.Reverse()]).Build());

    [Fact]
    public void TwoPicklesAreRefused()
    {
        var error = Refused(SmallModel.With(new RawRecord("other/data.pkl", [])).Build());
        Assert.Contains("'model/data.pkl' and 'other/data.pkl'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingStorageIsNamed()
    {
        var error = Refused(new RawZip(SmallModel.Pickle, SmallModel.BiasRecord, SmallModel.Version).Build());
        Assert.Equal("model/data/0", error.Record);
    }

    [Theory, InlineData(0), InlineData(20), InlineData(25)]
    public void AStorageOfTheWrongLengthIsRefused(int length)
    {
        var error = Refused(SmallModel.With(SmallModel.WeightRecord with { Payload = new byte[length] }).Build());
        Assert.Equal("model/data/0", error.Record);
        Assert.Contains($"{length} bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("24", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStoredRecordOfTwoSizesIsRefused()
    {
        var error = Refused(SmallModel.With(SmallModel.WeightRecord with { Size = 1 << 30 }).Build());
        Assert.Equal("model/data/0", error.Record);
    }

    [Fact]
    public void DeflatedRecordsAreUnfolded()
    {
        var zip = new RawZip([.. SmallModel.Zip.Records.Select(record => RawRecord.Deflated(record.Name, record.Payload))]);
        SmallModel.AssertWhole(zip.Build());
    }

    [Fact]
    public void AFileThatWasZippedAgainIsRead() =>
        SmallModel.AssertWhole(TorchZipBytes.Archive(SmallModel.Zip.Records.Select(record => (record.Name, record.Payload)), System.IO.Compression.CompressionLevel.SmallestSize));

    [Fact]
    public void ADeflatedRecordIsCheckedToo()
    {
        var weight = RawRecord.Deflated(SmallModel.WeightRecord.Name, SmallModel.WeightRecord.Payload);
        using var checkpoint = Checkpoint.Open(SmallModel.With(weight with { Crc = 1 }).Build());
        var error = Assert.Throws<InvalidCheckpointException>(() => checkpoint.FindTensor("weight").ToArray<float>());
        Assert.Equal(("model/data/0", "weight"), (error.Record, error.TensorName));

        using var unchecked_ = Checkpoint.Open(SmallModel.With(weight with { Crc = 1 }).Build(), new() { VerifyChecksums = false });
        SmallModel.AssertWhole(unchecked_);
    }

    [Fact]
    public void AnUnfoldedSizeThatDeflateCannotReachIsRefused()
    {
        var pickle = RawRecord.Deflated("model/data.pkl", SmallModel.Pickle.Payload);
        var error = Refused(SmallModel.With(pickle with { Size = 1 << 30 }).Build());
        Assert.Equal("model/data.pkl", error.Record);
        Assert.Contains("cannot decompress", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALyingUnfoldedSizeIsNotPreAllocated()
    {
        // A megabyte of stored blocks may claim to be 256 of them.
        var pickle = new RawRecord("model/data.pkl", new byte[1 << 20]) { Method = 8, Size = 1 << 28 };
        var file = SmallModel.With(pickle).Build();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Theory, InlineData(1), InlineData(9), InlineData(12), InlineData(93), InlineData(99)]
    public void OtherCompressionIsNotRead(ushort method)
    {
        var error = Unsupported(SmallModel.With(SmallModel.WeightRecord with { Method = method }).Build());
        Assert.Equal("model/data/0", error.Record);
        Assert.Contains($"{method}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEncryptedRecordIsNotRead()
    {
        var error = Unsupported(SmallModel.With(SmallModel.Pickle with { Flags = 1 }).Build());
        Assert.Equal("model/data.pkl", error.Record);
        Assert.Contains("encrypted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APickleOverTheLimitIsNotRead()
    {
        var options = new ReadOptions { Limits = new() { MaxPickleBytes = 10 } };
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(SmallModel.Zip.Build(), options));
        Assert.Equal("model/data.pkl", error.Record);
        Assert.Contains(nameof(ReadLimits.MaxPickleBytes), error.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("1"), InlineData("3\n"), InlineData("10"), InlineData("6\n")]
    public void VersionsThatPyTorchReadsAreRead(string version) => SmallModel.AssertWhole(SmallModel.With(Text("version", version)).Build());

    [Fact]
    public void TheVersionMayHaveItsOtherNameOrBeMissing()
    {
        RawRecord[] rest = [SmallModel.Pickle, SmallModel.WeightRecord, SmallModel.BiasRecord];
        SmallModel.AssertWhole(new RawZip([.. rest, Text(".data/version", "6\n")]).Build());
        SmallModel.AssertWhole(new RawZip(rest).Build());
    }

    [Theory, InlineData("0"), InlineData(""), InlineData("abc"), InlineData("-1"), InlineData("3.0"), InlineData("99999999999999999999999")]
    public void AVersionThatIsNoneIsRefused(string version)
    {
        var error = Refused(SmallModel.With(Text("version", version)).Build());
        Assert.Equal("model/version", error.Record);
        Assert.Contains($"'{version}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AVersionOfTheFutureIsNotRead()
    {
        var error = Unsupported(SmallModel.With(Text("version", "11\n")).Build());
        Assert.Equal("model/version", error.Record);
        Assert.Contains("11", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AVersionOfAMegabyteIsNotRead() =>
        Assert.Equal("model/version", Unsupported(SmallModel.With(Text("version", new string('1', 1 << 20))).Build()).Record);

    [Theory, InlineData("Little"), InlineData("little\n"), InlineData(""), InlineData("middle")]
    public void AByteOrderThatIsNoneIsRefused(string order)
    {
        var error = Refused(SmallModel.With(Text("byteorder", order)).Build());
        Assert.Equal("model/byteorder", error.Record);
        Assert.Contains($"'{SafeText.Escape(order)}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALittleEndianFileSaysSo() => SmallModel.AssertWhole(SmallModel.With(Text("byteorder", "little")).Build());

    [Fact]
    public void ABigEndianFileIsTurned()
    {
        var weight = SmallModel.WeightRecord.Payload.Chunk(4).SelectMany(Enumerable.Reverse).ToArray();
        var bias = SmallModel.BiasRecord.Payload.Chunk(4).SelectMany(Enumerable.Reverse).ToArray();
        var zip = SmallModel.With(Text("byteorder", "big"), SmallModel.WeightRecord with { Payload = weight }, SmallModel.BiasRecord with { Payload = bias });
        SmallModel.AssertWhole(zip.Build());
    }

    [Theory, InlineData("64"), InlineData("4096"), InlineData("junk"), InlineData("")]
    public void TheStorageAlignmentIsNotNeededForReading(string alignment) =>
        SmallModel.AssertWhole(SmallModel.With(Text(".storage_alignment", alignment), Text(".format_version", "9")).Build());

    [Theory, InlineData(true), InlineData(false)]
    public async Task EveryWayToOpenGivesTheSame(bool async)
    {
        using var folder = new IO.TemporaryFolder();
        var file = SmallModel.Zip.Build();
        File.WriteAllBytes(folder["model.pt"], file);
        var token = TestContext.Current.CancellationToken;
        Checkpoint[] all = async
            ?
            [
                await Checkpoint.OpenAsync(folder["model.pt"], cancellationToken: token),
                await Checkpoint.OpenAsync(new MemoryStream(file), cancellationToken: token),
                await Checkpoint.OpenAsync(new IO.ForwardStream(new MemoryStream(file)), cancellationToken: token),
            ]
            :
            [
                Checkpoint.Open(folder["model.pt"]),
                Checkpoint.Open(file),
                Checkpoint.Open(new MemoryStream(file)),
                Checkpoint.Open(new IO.ForwardStream(new MemoryStream(file))),
            ];
        foreach (var checkpoint in all)
        {
            Assert.Equal(CheckpointFormat.TorchZip, checkpoint.Format);
            SmallModel.AssertWhole(checkpoint);
            checkpoint.Dispose();
        }
    }

    [Fact]
    public void AFailedOpenClosesTheSource()
    {
        var stream = new MemoryStream(SmallModel.Zip.Build()[..^1]);
        Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(stream));
        Assert.False(stream.CanRead);
    }

    private static RawRecord Text(string record, string text) => new($"model/{record}", Encoding.UTF8.GetBytes(text));

    private static InvalidCheckpointException Refused(byte[] file) => Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file));

    private static UnsupportedCheckpointException Unsupported(byte[] file) => Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(file));
}
