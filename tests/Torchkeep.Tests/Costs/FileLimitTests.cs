using System.IO.Compression;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Costs;

/// <summary>What a file may ask for is counted over all of it, and grows with its length.</summary>
public sealed class FileLimitTests
{
    private const int MiB = 1 << 20;

    [Theory, InlineData(1), InlineData(8), InlineData(30)]
    public void ASmallFileHasNotMillionsOfEntries(int copies)
    {
        // Each level holds the one below twice, or more often.
        var levels = Enumerable.Range(0, 40).SelectMany(i => (byte[])[(byte)']', (byte)'(', .. Enumerable.Repeat((byte[])[(byte)'h', (byte)i], copies + 1).SelectMany(get => get), (byte)'e', (byte)'q', (byte)(i + 1)]);
        using var checkpoint = Checkpoint.Open(Protocol2([(byte)']', (byte)'q', 0, .. levels]));
        var visited = 0;
        var error = Assert.Throws<UnsupportedCheckpointException>(() =>
        {
            foreach (var entry in checkpoint.Walk())
            {
                visited++;
            }
        });
        Assert.Contains(nameof(ReadLimits.MaxEntriesPerOpcode), error.Message, StringComparison.Ordinal);
        Assert.InRange(visited, 1, 300_000);
        Assert.Throws<UnsupportedCheckpointException>(() => checkpoint.Tensors);
        Assert.Throws<UnsupportedCheckpointException>(() => CheckpointVerifier.Verify(new CountingByteSource(Protocol2([(byte)']', (byte)'q', 0, .. levels])), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void ObjectsThatShareTheirPartsAreWalked()
    {
        // A configuration of 200 values in a hundred layers.
        byte[] shared = [.. Dict([.. Enumerable.Range(0, 200).Select(i => (Int(i), None))]), (byte)'q', 0];
        using var checkpoint = Checkpoint.Open(Protocol2(List([shared, .. Enumerable.Repeat("h\0"u8.ToArray(), 100)])));
        Assert.Equal(1 + (101 * 201), checkpoint.Walk().Count());
    }

    [Fact]
    public void ASmallFileDoesNotTakeMuchMemory()
    {
        var file = TorchZipBytes.Archive([("archive/data.pkl", [0x80, 2, (byte)'(', .. Enumerable.Repeat((byte)'}', 6_000_000), (byte)'t', (byte)'.'])], CompressionLevel.SmallestSize);
        Assert.InRange(file.Length, 1, 20_000);
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(file));
        Assert.Contains(nameof(ReadLimits.MaxMemoryRatio), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyContainersAreSmall()
    {
        const int Count = 300_000;
        foreach (var (opcode, most) in new[] { ('}', 64), (']', 48), ('\x8f', 64) })
        {
            byte[] pickle = [0x80, 4, (byte)'(', .. Enumerable.Repeat((byte)opcode, Count), (byte)'t', (byte)'.'];
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var checkpoint = Checkpoint.Open(pickle);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (most + 40L) * Count);
        }
    }

    [Fact]
    public void CompressedRecordsUnfoldToALimitTogether()
    {
        var zeros = new byte[100 * MiB];
        Assert.Equal(2, Open(2).Tensors.Count);
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Open(3));
        Assert.Contains(nameof(ReadLimits.MaxInflatedRatio), error.Message, StringComparison.Ordinal);

        Checkpoint Open(int count) => Checkpoint.Open(TorchZipBytes.Archive(
            [
                ("archive/data.pkl", Protocol2(List([.. Enumerable.Range(0, count).Select(i => TensorV2(Storage("ByteStorage", $"{i}", zeros.Length), 0, [zeros.Length], [1]))]))),
                .. Enumerable.Range(0, count).Select(i => ($"archive/data/{i}", zeros)),
            ],
            CompressionLevel.Optimal));
    }

    [Fact]
    public void ALongCompressedRecordIsNotHeldInMemory()
    {
        var bytes = Enumerable.Range(0, 40 * MiB).Select(i => (byte)(i >> 12)).ToArray();
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Archive(
            [("archive/data.pkl", Protocol2(TensorV2(Storage("ByteStorage", "0", bytes.Length), 0, [bytes.Length], [1]))), ("archive/data/0", bytes)], CompressionLevel.Fastest));
        var view = checkpoint.Root.AsTensor();
        var before = GC.GetAllocatedBytesForCurrentThread();
        view.Verify(TestContext.Current.CancellationToken);
        var part = new byte[10];
        view.ReadBytes(part, bytes.Length - 10);
        Assert.Equal(bytes[^10..], part);
        view.ReadBytes(part);
        Assert.Equal(bytes[..10], part);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * MiB);
    }

    [Fact]
    public void TensorsOfAStrideOfZeroAreCountedTogether()
    {
        const int Each = 200 * MiB;
        var tensors = Enumerable.Repeat(TensorV2(Storage("ByteStorage", "0", 1), 0, [Each], [0]), 4).ToArray();
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(List(tensors)), ("0", [7])));
        var views = checkpoint.Tensors.Select(tensor => tensor.View).ToList();
        var part = new byte[10];

        // However often one is read.
        for (var i = 0; i < 10; i++)
        {
            views[0].ReadBytes(part, i * part.Length);
        }

        views[0].AsStrided([10], [0], 0).ReadBytes(part);
        views[1].ReadBytes(part);
        var error = Assert.Throws<UnsupportedCheckpointException>(() => views[2].ReadBytes(part));
        Assert.Contains(nameof(ReadLimits.MaxExpandedBytes), error.Message, StringComparison.Ordinal);
        Assert.Equal("2", error.TensorName);
        Assert.Throws<UnsupportedCheckpointException>(() => views[2].ReadBytes(part));
    }

    [Fact]
    public void TheSumIsCheckedBeforeAFileIsWritten()
    {
        const int Each = 200 * MiB;
        var keys = Enumerable.Range(0, 4);
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(
            Protocol2(Dict([.. keys.Select(i => (Str($"t{i}"), TensorV2(Storage("ByteStorage", $"{i}", 1), 0, [Each], [0])))])), [.. keys.Select(i => ($"{i}", (byte[])[7]))]));
        using var output = new MemoryStream();
        Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Save(checkpoint.Root, output, new() { Format = CheckpointFormat.Safetensors }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public void OneStateGivenManyTimesIsRefused()
    {
        byte[] state = [.. Dict([.. Enumerable.Range(0, 10_000).Select(i => (Int(i), None))]), (byte)'q', 0, (byte)'0'];
        var builds = Enumerable.Repeat("h\0b"u8.ToArray(), 10_000).SelectMany(build => build);
        Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Open(Protocol2([.. state, .. Call(Global("m", "C")), .. builds])));
    }

    [Theory, InlineData(false, false), InlineData(true, false), InlineData(false, true)]
    public void StatesOfOneObjectAreMergedInPlace(bool isOrdered, bool hasSlots)
    {
        const int Count = 20_000;
        var builds = Enumerable.Range(0, Count).SelectMany(i => Dict((Str($"k{i}"), None)) is var state && hasSlots ? (byte[])[(byte)'N', .. state, 0x86, (byte)'b'] : [.. state, (byte)'b']);
        byte[] pickle = Protocol2([.. isOrdered ? Call(Global("collections", "OrderedDict")) : Call(Global("m", "C")), .. builds]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var checkpoint = Checkpoint.Open(pickle);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000L * Count);
        Assert.Equal(Count, checkpoint.Root.AsAttributes().Count);
    }

    [Fact]
    public void AStateThatIsMetAgainStaysWhatItIs()
    {
        byte[] state = [.. Dict((Str("a"), Int(1))), (byte)'q', 0];
        using var checkpoint = Checkpoint.Open(Protocol2(Tuple([.. Call(Global("m", "C")), .. state, (byte)'b', .. Dict((Str("b"), Int(2))), (byte)'b'], "h\0"u8.ToArray())));
        Assert.Equal(2, checkpoint.Root[0].AsAttributes().Count);
        Assert.Single(checkpoint.Root[1].AsDict());
    }
}
