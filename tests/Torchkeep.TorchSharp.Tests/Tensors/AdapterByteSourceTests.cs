using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>What every source of bytes owes its readers, of the adapter's.</summary>
public sealed class AdapterByteSourceTests
{
    private const int Length = 4000;

    private static readonly byte[] _bytes = [.. Enumerable.Range(0, Length).Select(place => (byte)(place * 7))];

    public static TheoryData<string> Kinds => ["native", "device", "copied"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void EverySourceOfTheAdapterIsOneOfThese() =>
        Assert.Equal(Kinds.Count, typeof(NativeByteSource).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(ByteSource))));

    [Theory, MemberData(nameof(Kinds))]
    public async Task RangesAreReadInBothWays(string kind)
    {
        using var source = Open(kind);
        Assert.Equal(Length, source.Length);
        foreach (var (offset, length) in new[] { (0, Length), (0, 0), (Length, 0), (0, 1), (Length - 1, 1), (3, 9), (1, Length - 1) })
        {
            var read = new byte[length];
            source.Read(offset, read);
            Assert.Equal(_bytes[offset..(offset + length)], read);

            Array.Clear(read);
            await source.ReadAsync(offset, read, Token);
            Assert.Equal(_bytes[offset..(offset + length)], read);

            Assert.True(!source.TryGetSpan(offset, length, out var span) || span.SequenceEqual(read));
        }

        source.Verify(Token);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ARangeOutsideIsRefusedAndByAStorageAsABrokenFile(string kind)
    {
        using var source = Open(kind);
        var storage = new TensorStorage(source).Bytes;
        foreach (var (offset, length) in new[] { (Length - 1L, 2), (Length, 1), (-1, 1), (long.MaxValue, 1), (long.MinValue, 1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(offset, new byte[length]));
            Assert.Throws<InvalidCheckpointException>(() => storage.Read(offset, new byte[length]));
            await Assert.ThrowsAsync<InvalidCheckpointException>(async () => await storage.ReadAsync(offset, new byte[length], Token));
            Assert.False(storage.TryGetSpan(offset, length, out _));
            Assert.False(storage.TryMap(offset, length, out _));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ACancelledReadDoesNotStart(string kind)
    {
        using var source = Open(kind);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(0, new byte[1], new CancellationToken(canceled: true)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void ManyThreadsReadAtOnce(string kind)
    {
        using var source = Open(kind);
        Parallel.For(0, 200, i =>
        {
            var part = new byte[100];
            var offset = i * 37 % (Length - part.Length);
            source.Read(offset, part);
            Assert.Equal(_bytes[offset..(offset + part.Length)], part);
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public void NothingIsReadAfterDisposal(string kind)
    {
        var source = Open(kind);
        source.Dispose();
        source.Dispose();
        Assert.ThrowsAny<Exception>(() => source.Read(0, new byte[1]));
    }

    private static ByteSource Open(string kind)
    {
        var elements = tensor(_bytes, dtype: uint8).DetachFromDisposeScope();
        if (kind == "native")
        {
            return new NativeByteSource(elements);
        }

        if (kind == "device")
        {
            return new DeviceByteSource(elements, size: 1);
        }

        using var native = new NativeByteSource(elements);
        var copied = new CopiedByteSource(native);
        CopiedByteSource.Fill([copied]);
        return copied;
    }
}
