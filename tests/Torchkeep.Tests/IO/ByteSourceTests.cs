using System.IO.Compression;
using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Tests.IO;

/// <summary>What every source of bytes owes its readers.</summary>
public sealed class ByteSourceTests : IDisposable
{
    private const int Length = 100_000;

    private static readonly byte[] _bytes = [.. Enumerable.Range(0, Length).Select(place => PatternByteSource.At(place))];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => ["file", "memory", "array", "stream", "stream behind a prefix", "slice", "inflated", "spooled"];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Kinds))]
    public void TheWholeIsRead(string kind)
    {
        using var source = Open(kind);
        var whole = new byte[source.Length];
        source.Read(0, whole);
        Assert.Equal(_bytes, whole);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task TheWholeIsReadAsynchronously(string kind)
    {
        using var source = Open(kind);
        var whole = new byte[source.Length];
        await source.ReadAsync(0, whole, TestContext.Current.CancellationToken);
        Assert.Equal(_bytes, whole);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void TheFirstAndTheLastByteAreReadAlone(string kind)
    {
        using var source = Open(kind);
        var one = new byte[1];
        source.Read(Length - 1, one);
        Assert.Equal(_bytes[^1], one[0]);
        source.Read(0, one);
        Assert.Equal(_bytes[0], one[0]);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void NothingCanBeReadAtTheEnd(string kind)
    {
        using var source = Open(kind);
        source.Read(Length, []);
        Assert.Throws<InvalidCheckpointException>(() => source.Read(Length, new byte[1]));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AReadThatLeavesTheSourceIsRefused(string kind)
    {
        using var source = Open(kind);
        foreach (var (offset, length) in new[] { (Length - 1L, 2), (0, Length + 1), (long.MaxValue, 1), (-1, 1), (long.MinValue, 1) })
        {
            Assert.Throws<InvalidCheckpointException>(() => source.Read(offset, new byte[length]));
            await Assert.ThrowsAsync<InvalidCheckpointException>(
                async () => await source.ReadAsync(offset, new byte[length], TestContext.Current.CancellationToken));
            Assert.False(source.TryGetSpan(offset, length, out _));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void BytesInMemoryAreThoseThatReadGives(string kind)
    {
        using var source = Open(kind);
        var isInMemory = source.TryGetSpan(1, Length - 1, out var span);
        Assert.Equal(kind is "memory" or "array" or "slice" or "inflated", isInMemory);
        Assert.True(!isInMemory || span.SequenceEqual(_bytes.AsSpan(1)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void ManyThreadsReadAtOnce(string kind)
    {
        using var source = Open(kind);
        Parallel.For(0, 200, i =>
        {
            var part = new byte[1000];
            var offset = i * 7919L % (Length - part.Length);
            source.Read(offset, part);
            Assert.Equal(_bytes[(int)offset..][..part.Length], part);
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ManyTasksReadAtOnce(string kind)
    {
        using var source = Open(kind);
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, async (i, token) =>
        {
            var part = new byte[1000];
            var offset = i * 7919L % (Length - part.Length);
            await source.ReadAsync(offset, part, token);
            Assert.Equal(_bytes[(int)offset..][..part.Length], part);
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ACancelledReadDoesNotStart(string kind)
    {
        using var source = Open(kind);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(0, new byte[1], new CancellationToken(canceled: true)));
    }

    [Theory, InlineData("file"), InlineData("stream"), InlineData("spooled")]
    public void NothingIsReadAfterDisposal(string kind)
    {
        var source = Open(kind);
        source.Dispose();
        source.Dispose();
        Assert.Throws<ObjectDisposedException>(() => source.Read(0, new byte[1]));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void OnlyAFileHasAName(string kind)
    {
        using var source = Open(kind);
        Assert.Equal(kind == "file" ? _folder["bytes"] : null, source.Name);
    }

    private ByteSource Open(string kind)
    {
        switch (kind)
        {
            case "file":
                File.WriteAllBytes(_folder["bytes"], _bytes);
                return new FileByteSource(_folder["bytes"]);
            case "memory":
                return new MemoryByteSource(_bytes);
            case "array":
                return new ArrayByteSource<byte>(_bytes);
            case "stream":
                return new StreamByteSource(new MemoryStream(_bytes), leaveOpen: false);
            case "stream behind a prefix":
                return new StreamByteSource(new MemoryStream([1, 2, 3, .. _bytes]) { Position = 3 }, leaveOpen: false);
            case "slice":
                return new SliceByteSource(new MemoryByteSource(new byte[] { 1, 2, 3 }.Concat(_bytes).Append((byte)4).ToArray()), start: 3, Length);
            case "inflated":
                return new InflatedByteSource(() => new MemoryByteSource(Deflate(_bytes)), name: null, "record", Length, crc: null, int.MaxValue);
            default:
                using (var stream = new ForwardStream(new MemoryStream(_bytes)))
                {
                    return SpooledStream.ToSourceAsync(stream, leaveOpen: false, ReadLimits.Default, async: false, CancellationToken.None).Complete();
                }
        }
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
