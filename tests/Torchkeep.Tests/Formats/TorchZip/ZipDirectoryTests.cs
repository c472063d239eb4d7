using Torchkeep.IO;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>The forms that a central directory can have, and the lies that it can tell.</summary>
public sealed class ZipDirectoryTests
{
    [Fact]
    public void APlainDirectoryIsRead() => SmallModel.AssertWhole(SmallModel.Zip.Build());

    [Theory, InlineData(false), InlineData(true)]
    public void AZip64EndIsRead(bool masked) => SmallModel.AssertWhole((SmallModel.Zip with { HasEnd64 = true, EndIsMasked = masked }).Build());

    [Fact]
    public void Zip64SizesAndOffsetsAreRead() =>
        SmallModel.AssertWhole(new RawZip([.. SmallModel.Zip.Records.Select(record => record with { Is64 = true })]).Build());

    [Fact]
    public void AZip64BlockBehindOtherExtraFieldsIsFound() =>
        SmallModel.AssertWhole(SmallModel.With(SmallModel.WeightRecord with { Is64 = true, CentralExtra = [0x55, 0x54, 3, 0, 9, 9, 9] }).Build());

    [Fact]
    public void CommentsOfRecordsAndOfTheArchiveAreSkipped() =>
        SmallModel.AssertWhole((SmallModel.With(SmallModel.BiasRecord with { Comment = new byte[100] }) with { Comment = new byte[ushort.MaxValue] }).Build());

    [Fact]
    public void ASignatureInTheLastBytesOfACommentIsNoEnd() =>
        SmallModel.AssertWhole((SmallModel.Zip with { Comment = [.. "see PK"u8, 5, 6, 0, 0] }).Build());

    [Fact]
    public void JunkBehindTheArchiveIsSkippedAsInPyTorch() => SmallModel.AssertWhole([.. SmallModel.Zip.Build(), .. new byte[60_000]]);

    [Fact]
    public void JunkBeyondTheReachOfTheSearchIsNot()
    {
        var error = Refused([.. SmallModel.Zip.Build(), .. new byte[100_000]]);
        Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AZipBehindAPrefixIsReadFromAStreamThatStandsAtIt()
    {
        using var checkpoint = Checkpoint.Open(new MemoryStream([1, 2, 3, 4, .. SmallModel.Zip.Build()]) { Position = 4 });
        SmallModel.AssertWhole(checkpoint);
    }

    [Fact]
    public void ArchivesOneAfterAnotherAreRefusedAndTheReasonGiven()
    {
        var error = Refused([.. SmallModel.Zip.Build(), .. SmallModel.With(SmallModel.WeightRecord with { Payload = new byte[24] }).Build()]);
        Assert.Contains("one after another", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AGapBeforeTheEndIsRefused() => Refused((SmallModel.Zip with { Gap = [0] }).Build());

    [Fact]
    public void SeventyThousandRecordsAreRead()
    {
        RawRecord[] many = [.. Enumerable.Range(2, 70_000).Select(key => new RawRecord($"model/data/{key}", []))];
        var zip = SmallModel.With(many);
        SmallModel.AssertWhole((zip with { HasEnd64 = true, EndIsMasked = true }).Build());

        // Without the zip64 record the count has only its low 16 bits.
        var error = Refused(zip.Build());
        Assert.Contains("follow the last", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mödel/データ")]
    [InlineData("model\\data")]
    [InlineData("../../etc")]
    [InlineData("C:")]
    public void AnyNameOfTheFolderIsANameOnly(string folder)
    {
        var zip = new RawZip([.. SmallModel.Zip.Records.Select(record => record with { Name = record.Name.Replace("model/", folder.Replace('/', '|') + "/", StringComparison.Ordinal) })]);
        SmallModel.AssertWhole(zip.Build());
    }

    [Fact]
    public void ANameThatIsNoUtf8IsStillAName()
    {
        var file = SmallModel.With(new RawRecord("model/\u007f", [1])).Build();
        file.AsSpan().Replace((byte)0x7f, (byte)0xff);
        SmallModel.AssertWhole(file);
    }

    [Fact]
    public void ADirectoryEntryIsHarmless() => SmallModel.AssertWhole(SmallModel.With(new RawRecord("model/", [])).Build());

    [Theory]
    [InlineData("model/data/0", "two records of one name")]
    [InlineData("model/DATA/0", "differ in case")]
    [InlineData("MODEL/data.pkl", "differ in case")]
    public void ANameThatComesTwiceIsRefused(string name, string why)
    {
        var error = Refused(new RawZip([.. SmallModel.Zip.Records, new RawRecord(name, [1])]).Build());
        Assert.Equal(name, error.Record);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordsThatShareBytesAreRefused()
    {
        var zip = SmallModel.With(SmallModel.BiasRecord with { LocalOffset = 0 });
        Assert.Equal("model/data.pkl", Refused(zip.Build()).Record);
    }

    [Fact]
    public void ARecordThatRunsIntoTheNextIsRefused()
    {
        var zip = SmallModel.With(SmallModel.WeightRecord with { CompressedSize = 10_000, Size = 10_000 });
        Assert.Equal("model/data/0", Refused(zip.Build()).Record);
    }

    [Theory, InlineData(1L << 40), InlineData(long.MaxValue), InlineData(-1L)]
    public void SizesAndOffsetsOutsideOfTheFileAreRefused(long number)
    {
        Refused(SmallModel.With(SmallModel.WeightRecord with { Is64 = true, CompressedSize = number }).Build());
        Refused(SmallModel.With(SmallModel.WeightRecord with { Is64 = true, LocalOffset = number }).Build());
        Refused((SmallModel.Zip with { HasEnd64 = true, EndIsMasked = true, DirectorySize = (ulong)number }).Build());
        Refused((SmallModel.Zip with { HasEnd64 = true, EndIsMasked = true, DirectoryOffset = (ulong)number }).Build());
        Refused((SmallModel.Zip with { HasEnd64 = true, EndIsMasked = true, End64Offset = (ulong)number }).Build());
    }

    [Theory, InlineData(3UL), InlineData(5UL)]
    public void AWrongCountIsRefused(ulong count) => Refused((SmallModel.Zip with { Count = count }).Build());

    [Fact]
    public void ALyingCountIsNotPreAllocated()
    {
        var file = (SmallModel.Zip with { HasEnd64 = true, EndIsMasked = true, Count64 = 10_000_000 }).Build();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void EndRecordsThatDisagreeAreRefused()
    {
        var error = Refused((SmallModel.Zip with { HasEnd64 = true, Count64 = 3 }).Build());
        Assert.Contains("disagree", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AZip64LocatorThatPointsAtSomethingElseIsRefused() =>
        Refused((SmallModel.Zip with { HasEnd64 = true, End64Offset = 0 }).Build());

    [Fact]
    public void AZip64BlockThatIsCutIsRefused()
    {
        var error = Refused(SmallModel.With(SmallModel.WeightRecord with { Is64 = true, CentralExtra = [1, 0, 4, 0, 1, 2, 3, 4] }).Build());
        Assert.Equal("zip64 extra field", error.Record);
    }

    [Fact]
    public void AnArchiveInPartsIsRefused()
    {
        byte[][] files =
        [
            (SmallModel.Zip with { Disk = 1 }).Build(),
            (SmallModel.Zip with { CountOnDisk = 2 }).Build(),
            (SmallModel.Zip with { HasEnd64 = true, Disk64 = 1 }).Build(),
            SmallModel.With(SmallModel.BiasRecord with { Disk = 1 }).Build(),
        ];
        foreach (var file in files)
        {
            var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(file));
            Assert.Contains("join", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void MoreRecordsThanTheLimitAreRefused()
    {
        var options = new ReadOptions { Limits = new() { MaxRecords = 3 } };
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(SmallModel.Zip.Build(), options));
        Assert.Contains(nameof(ReadLimits.MaxRecords), error.Message, StringComparison.Ordinal);
        using var checkpoint = Checkpoint.Open(SmallModel.Zip.Build(), new() { Limits = new() { MaxRecords = 4 } });
        SmallModel.AssertWhole(checkpoint);
    }

    [Fact]
    public void ADirectoryLongerThanTheLastPageIsReadInOnePiece()
    {
        RawRecord[] many = [.. Enumerable.Range(2, 5000).Select(key => new RawRecord($"model/data/{key}", []))];
        var counting = new LoggedByteSource(new MemoryByteSource(SmallModel.With(many).Build()));
        using var checkpoint = Checkpoint.Open(counting);

        // The head, the end, the directory; header and bytes of the pickle and of the version.
        Assert.Equal(7, counting.Reads.Count);
        SmallModel.AssertWhole(checkpoint);
    }

    [Fact]
    public void TheMessageNamesTheFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["model.pt"], (SmallModel.Zip with { Count = 5 }).Build());
        var error = Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(folder["model.pt"]));
        Assert.Equal(folder["model.pt"], error.File);
        Assert.Contains(folder["model.pt"], error.Message, StringComparison.Ordinal);
    }

    private static InvalidCheckpointException Refused(byte[] file) => Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file));
}
