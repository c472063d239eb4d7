using System.IO.Compression;
using Torchkeep.IO;
using Torchkeep.Tests.Formats.Safetensors;
using Torchkeep.Tests.Formats.TorchTar;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Scanning;

/// <summary>What a scan reads and keeps is in proportion to the file, and where it stops early it says so.</summary>
public sealed class ScanBudgetTests
{
    [Theory, InlineData(1000), InlineData(4000)]
    public void ArchivesOneAfterAnotherCostAsMuchEach(int count)
    {
        var one = TorchZipBytes.Archive([("a", "b"u8.ToArray())]);
        using var source = new CountingByteSource([.. Enumerable.Repeat(one, count).SelectMany(bytes => bytes)]);
        CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);

        // Each has its own start and end looked at, and the end of the file, where readers look first.
        Assert.InRange(source.BytesRead, 1, count * 200_000L);
    }

    [Theory, InlineData(0), InlineData(1)]
    public void AHeaderOfATarFileIsLookedAtOnce(int before)
    {
        var tar = new RawTar();
        for (var i = 0; i < before; i++)
        {
            tar.Add("first", Protocol2(Int(1)));
        }

        var report = Scan(tar.Add("pickle", Protocol2(Int(1)), change: header => "-0000000001\0"u8.CopyTo(header.AsSpan(124))).Build());
        Assert.Single(report.Findings, finding => finding.Message.Contains("the size in a header", StringComparison.Ordinal));
        Assert.DoesNotContain("over-limit", report.Findings.Select(finding => finding.Rule.Id));
        Assert.InRange(report.PickleCount, 1, 10);
    }

    [Fact]
    public void ACompressedRecordIsReadAsFarAsItCanBeAPickle()
    {
        var zeros = new byte[64 << 20];
        var file = TorchZipBytes.Archive([("a/data.pkl", Protocol2(Int(1))), ("a/data/0", zeros)], CompressionLevel.Fastest);
        using var source = new MemoryByteSource(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, zeros.Length / 4);
    }

    [Fact]
    public void PartsThatUnpackToFarMoreThanTheFileStopTheScan()
    {
        // Each of them can be a pickle to its end.
        var records = Enumerable.Range(0, 100).Select(i => ($"a/{i}", Enumerable.Repeat((byte)'N', 1 << 20).ToArray()));
        var report = Scan(TorchZipBytes.Archive(records, CompressionLevel.Fastest));
        Assert.Contains(report.Findings, finding => finding.Rule.Id == "over-limit" && finding.Message.Contains("the scan stops here", StringComparison.Ordinal));
        Assert.False(report.IsClean);
    }

    [Fact]
    public void AnArchiveBehindTensorsIsFoundFromTheEndOfTheFile()
    {
        var zip = TorchZipBytes.Build(Protocol2(Call(Global("os", "system"), Str("id"))));
        var report = Scan([.. SafetensorsBytes.Small, .. zip]);
        Assert.Contains(report.Findings, finding => finding.Rule.Id == "polyglot");
        Assert.Contains(report.Findings, finding => finding.Rule.Id == "dangerous-global");
    }

    [Fact]
    public void CompressedKindsThatAreNotLookedIntoAreSaid()
    {
        byte[] zstd = [0x28, 0xb5, 0x2f, 0xfd, 4, 0];
        Assert.Equal(["unread-record"], Scan(zstd).Findings.Select(finding => finding.Rule.Id));
        Assert.Contains("unread-record", Scan(TorchZipBytes.Archive([("a/x.joblib", zstd)])).Findings.Select(finding => finding.Rule.Id));
    }

    [Theory]
    [InlineData(123L, 8)]
    [InlineData(0x0a7bL, 200)]
    [InlineData(0x000000207b20L, 5)]
    public void ElementsThatBeginAsSafetensorsDoAreElements(long second, long first)
    {
        byte[] elements = [.. BitConverter.GetBytes(first), .. BitConverter.GetBytes(second), .. new byte[8]];
        var pickle = Protocol2(TensorV2(Storage("LongStorage", "0", 3), 0, [3], [1]));

        Assert.Empty(Scan(TorchZipBytes.Build(pickle, ("0", elements))).Findings);
        Assert.Contains("broken-container", Scan(elements).Findings.Select(finding => finding.Rule.Id));
    }

    private static ScanReport Scan(byte[] file)
    {
        using var source = new MemoryByteSource(file);
        return CheckpointScanner.Scan(source, cancellationToken: TestContext.Current.CancellationToken);
    }
}
