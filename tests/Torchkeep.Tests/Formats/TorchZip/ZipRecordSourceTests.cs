using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;
using Torchkeep.Tests.IO;

namespace Torchkeep.Tests.Formats.TorchZip;

/// <summary>Where a record's bytes are, and whether they are those that were written.</summary>
public sealed class ZipRecordSourceTests
{
    private static readonly RawRecord _flipped = SmallModel.WeightRecord with { Payload = [1, .. SmallModel.WeightRecord.Payload[1..]], Crc = CrcOf(SmallModel.WeightRecord) };

    [Theory, InlineData(0), InlineData(1), InlineData(40_000)]
    public void TheLocalHeaderMayHaveOtherNamesAndExtraFields(int extra) =>
        SmallModel.AssertWhole(SmallModel.With(SmallModel.WeightRecord with { LocalName = "another name/data/zero", LocalExtra = new byte[extra] }).Build());

    [Fact]
    public void ALocalHeaderThatIsNoneIsRefusedWhenItsTensorIsRead()
    {
        using var checkpoint = Checkpoint.Open(SmallModel.With(SmallModel.WeightRecord with { LocalSignature = 0x02014b50 }).Build());
        Assert.Equal(SmallModel.Bias, checkpoint.FindTensor("bias").ToArray<float>());
        AssertNamed(Assert.Throws<InvalidCheckpointException>(() => checkpoint.FindTensor("weight").ToArray<float>()));
    }

    [Fact]
    public void ALocalHeaderOfAnotherMethodIsRefused()
    {
        using var checkpoint = Checkpoint.Open(SmallModel.With(SmallModel.WeightRecord with { LocalMethod = 8 }).Build());
        AssertNamed(Assert.Throws<InvalidCheckpointException>(() => checkpoint.FindTensor("weight").ToArray<float>()));
    }

    [Fact]
    public void ALocalHeaderThatMovesTheBytesIntoTheNextRecordIsRefused()
    {
        var zip = new RawZip(SmallModel.WeightRecord with { LocalExtraLength = 1 }, SmallModel.Pickle, SmallModel.BiasRecord);
        using var checkpoint = Checkpoint.Open(zip.Build());
        AssertNamed(Assert.Throws<InvalidCheckpointException>(() => checkpoint.FindTensor("weight").ToArray<float>()));
    }

    [Fact]
    public async Task AWrongChecksumNamesRecordAndTensor()
    {
        using var checkpoint = Checkpoint.Open(SmallModel.With(_flipped).Build());
        Assert.Equal(SmallModel.Bias, checkpoint.FindTensor("bias").ToArray<float>());
        var weight = checkpoint.FindTensor("weight");
        for (var i = 0; i < 2; i++)
        {
            var error = Assert.Throws<InvalidCheckpointException>(() => weight.ToArray<float>());
            AssertNamed(error);
            Assert.Contains("CRC-32", error.Message, StringComparison.Ordinal);
            Assert.Contains(nameof(ReadOptions.VerifyChecksums), error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<InvalidCheckpointException>(() => weight.ReadBytes(new byte[4], byteOffset: 20));
        Assert.Throws<InvalidCheckpointException>(() => weight.Storage.Bytes.Verify(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidCheckpointException>(async () => await weight.Storage.Bytes.ReadAsync(0, new byte[24], TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidCheckpointException>(async () => await weight.Storage.Bytes.ReadAsync(1, new byte[1], TestContext.Current.CancellationToken));
        Assert.Throws<InvalidCheckpointException>(() => weight.Storage.Bytes.TryGetSpan(0, 4, out _));
    }

    [Fact]
    public void TheCheckCanBeLeftOut()
    {
        using var checkpoint = Checkpoint.Open(SmallModel.With(_flipped).Build(), new() { VerifyChecksums = false });
        Assert.Equal(SmallModel.Weight[1..], checkpoint.FindTensor("weight").ToArray<float>()[1..]);
    }

    [Fact]
    public void AWrongChecksumNamesTheTensorThoughNoTensorsWereListed()
    {
        using var checkpoint = Checkpoint.Open(SmallModel.With(_flipped).Build());

        var view = checkpoint["weight"].AsTensor();
        var error = Assert.Throws<InvalidCheckpointException>(() => view.AsStrided([1], [1], 0).ToArray<float>());

        Assert.Equal("weight", error.TensorName);
    }

    [Fact]
    public void AChecksumOfZeroIsNone() => SmallModel.AssertWhole(SmallModel.With(SmallModel.WeightRecord with { Crc = 0 }).Build());

    [Fact]
    public void AWrongChecksumOfThePickleIsFoundAtOnce()
    {
        var file = SmallModel.With(SmallModel.Pickle with { Crc = 1 }).Build();
        Assert.Equal("model/data.pkl", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(file)).Record);
    }

    [Fact]
    public void AnEmptyRecordWithAChecksumIsCorrupt()
    {
        var zip = new RawZip(new RawRecord("m/data.pkl", []) { Crc = 5 });
        Assert.Equal("m/data.pkl", Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(zip.Build())).Record);
    }

    [Fact]
    public void TheChecksumIsComputedOnce()
    {
        var counting = new LoggedByteSource(new MemoryByteSource(SmallModel.Zip.Build()));
        using var checkpoint = Checkpoint.Open(counting);
        var bytes = checkpoint.FindTensor("weight").Storage.Bytes;
        counting.Forget();

        bytes.Read(20, new byte[4]);
        Assert.Equal([30, 24, 4], counting.Reads.Select(read => read.Length));

        counting.Forget();
        bytes.Read(0, new byte[4]);
        bytes.Read(0, new byte[24]);
        bytes.Verify(TestContext.Current.CancellationToken);
        Assert.Equal([4, 24], counting.Reads.Select(read => read.Length));
    }

    [Fact]
    public async Task AReadOfTheWholeChecksInPassing()
    {
        var counting = new LoggedByteSource(new MemoryByteSource(SmallModel.Zip.Build()));
        using var checkpoint = Checkpoint.Open(counting);
        counting.Forget();
        await checkpoint.FindTensor("weight").Storage.Bytes.ReadAsync(0, new byte[24], TestContext.Current.CancellationToken);
        checkpoint.FindTensor("weight").Storage.Bytes.Verify(TestContext.Current.CancellationToken);
        checkpoint.FindTensor("bias").ToArray<float>();
        checkpoint.FindTensor("bias").ToArray<float>();
        Assert.Equal([30, 24, 30, 8, 8], counting.Reads.Select(read => read.Length));
    }

    [Theory, InlineData(0, 24), InlineData(20, 4)]
    public async Task AnAsynchronousReadNeverBlocks(int offset, int length)
    {
        var token = TestContext.Current.CancellationToken;
        var archive = new AsyncByteSource(new MemoryByteSource(SmallModel.Zip.Build()));
        var directory = await ZipDirectory.ReadAsync(archive, ReadLimits.Default, async: true, token);
        var entry = directory.Find("model/data/0");
        Assert.NotNull(entry);
        var bytes = new byte[length];
        await new ZipRecordSource(archive, entry, verify: true).ReadAsync(offset, bytes, token);
        Assert.Equal(SmallModel.WeightRecord.Payload[offset..][..length], bytes);
    }

    [Fact]
    public async Task AReadOutsideOfTheRecordIsRefused()
    {
        using var checkpoint = Checkpoint.Open(SmallModel.Zip.Build());
        var bytes = checkpoint.FindTensor("weight").Storage.Bytes;
        foreach (var (offset, length) in new[] { (-1L, 1), (24, 1), (0, 25), (long.MaxValue, 1) })
        {
            Assert.Throws<InvalidCheckpointException>(() => bytes.Read(offset, new byte[length]));
            await Assert.ThrowsAsync<InvalidCheckpointException>(async () => await bytes.ReadAsync(offset, new byte[length], TestContext.Current.CancellationToken));
            Assert.False(bytes.TryGetSpan(offset, length, out _));
        }
    }

    [Fact]
    public void BytesOfAFileInMemoryAreHandedOutInPlace()
    {
        using var checkpoint = Checkpoint.Open(SmallModel.Zip.Build());
        Assert.True(checkpoint.FindTensor("bias").Storage.Bytes.TryGetSpan(4, 4, out var bytes));
        Assert.Equal(BitConverter.GetBytes(8f), bytes);
    }

    [Fact]
    public void ThreadsThatReadOneTensorAllGetIt()
    {
        using var checkpoint = Checkpoint.Open(new LoggedByteSource(new MemoryByteSource(SmallModel.Zip.Build())));
        var weight = checkpoint.FindTensor("weight");
        Parallel.For(0, 100, _ => Assert.Equal(SmallModel.Weight, weight.ToArray<float>()));
    }

    private static void AssertNamed(InvalidCheckpointException error)
    {
        Assert.Equal(("model/data/0", "weight"), (error.Record, error.TensorName));
        Assert.Contains("record 'model/data/0', tensor 'weight'", error.Message, StringComparison.Ordinal);
    }

    private static uint CrcOf(RawRecord record) => System.IO.Hashing.Crc32.HashToUInt32(record.Payload);
}
