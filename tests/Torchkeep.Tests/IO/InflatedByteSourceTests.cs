using System.IO.Compression;
using System.IO.Hashing;
using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public sealed class InflatedByteSourceTests
{
    private static readonly byte[] _bytes = [.. Enumerable.Range(0, 300_000).Select(place => PatternByteSource.At(place))];
    private static readonly byte[] _deflated = Deflate(_bytes);

    [Fact]
    public void NothingIsUnfoldedBeforeItIsRead()
    {
        var deflated = new LoggedByteSource(new MemoryByteSource(_deflated));
        using var source = Over(deflated, _bytes.Length);
        Assert.Equal(_bytes.Length, source.Length);
        Assert.Empty(deflated.Reads);
    }

    [Fact]
    public void ItIsUnfoldedOnce()
    {
        var deflated = new LoggedByteSource(new MemoryByteSource(_deflated));
        using var source = Over(deflated, _bytes.Length);
        Parallel.For(0, 20, i => source.Read(i, new byte[100]));
        Assert.Equal(_deflated.Length, deflated.BytesRead);
    }

    [Theory, InlineData(-1), InlineData(1)]
    public void AWrongLengthIsRefused(int difference)
    {
        using var source = Over(new MemoryByteSource(_deflated), _bytes.Length + difference);
        var error = Assert.Throws<InvalidCheckpointException>(() => source.Read(0, new byte[1]));
        Assert.Equal("model/data.pkl", error.Record);
    }

    [Fact]
    public void ALyingLengthIsNotPreAllocated()
    {
        using var source = Over(new MemoryByteSource(_deflated), 1 << 30);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidCheckpointException>(() => source.Read(0, new byte[1]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void MoreThanTheLimitIsNotUnfolded()
    {
        var deflated = new LoggedByteSource(new MemoryByteSource(_deflated));
        using var source = new InflatedByteSource(() => deflated, "model.pt", "model/data.pkl", _bytes.Length, crc: null, limit: 1000);
        var error = Assert.Throws<UnsupportedCheckpointException>(() => source.Read(0, new byte[1]));
        Assert.Contains(nameof(ReadLimits.MaxInflatedBytes), error.Message, StringComparison.Ordinal);
        Assert.Equal("model.pt", error.File);
        Assert.Empty(deflated.Reads);
    }

    [Fact]
    public void AnEmptyRecordIsEmpty()
    {
        using var source = Over(new MemoryByteSource(Deflate([])), 0);
        source.Read(0, []);
        source.Verify(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void EveryCutIsFound()
    {
        for (var length = 0; length < _deflated.Length; length += 97)
        {
            using var source = Over(new MemoryByteSource(_deflated.AsMemory(0, length)), _bytes.Length);
            Assert.Throws<InvalidCheckpointException>(() => source.Read(0, new byte[1]));
        }
    }

    [Fact]
    public void AWrongChecksumIsFound()
    {
        var wrong = Crc32.HashToUInt32(_bytes) ^ 1;
        using var source = new InflatedByteSource(() => new MemoryByteSource(_deflated), name: null, "model/data.pkl", _bytes.Length, wrong, int.MaxValue);
        var error = Assert.Throws<InvalidCheckpointException>(() => source.Verify(TestContext.Current.CancellationToken));
        Assert.Contains("CRC-32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFailureIsNotKept()
    {
        var attempts = 0;
        ByteSource Deflated() => attempts++ == 0 ? new PatternByteSource(_deflated.Length) { FailsAt = 0 } : new MemoryByteSource(_deflated);
        using var source = new InflatedByteSource(Deflated, name: null, "model/data.pkl", _bytes.Length, crc: null, int.MaxValue);
        Assert.Throws<IOException>(() => source.Read(0, new byte[1]));
        var one = new byte[1];
        source.Read(1, one);
        Assert.Equal(_bytes[1], one[0]);
    }

    private static InflatedByteSource Over(ByteSource deflated, long length) =>
        new(() => deflated, name: null, "model/data.pkl", length, crc: null, int.MaxValue);

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
