using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Tests.IO;

/// <summary>What every source of bytes owes its readers.</summary>
public sealed class ByteSourceContractTests : IDisposable
{
    private const int Length = ContractSources.Length;

    private readonly ContractSources _sources = new();

    public static TheoryData<string> All => [.. ContractSources.Own, .. ContractSources.Wrapping];

    public static TheoryData<string> Wrapping => [.. ContractSources.Wrapping];

    public static TheoryData<string> Forwarding => [.. ContractSources.Forwarding];

    public static TheoryData<string> Mapping => [.. ContractSources.Mapping];

    private static byte[] Bytes => ContractSources.Bytes;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _sources.Dispose();

    [Fact]
    public void EverySourceOfTheLibraryIsOneOfThese()
    {
        var known = ((string[])[.. ContractSources.Own, .. ContractSources.Wrapping]).Select(kind =>
        {
            using var source = _sources.Open(kind);
            return Plain(source.GetType());
        });
        var all = typeof(ByteSource).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(ByteSource))).Select(Plain);

        // A meta tensor's source has no bytes: MetaByteSourceTests.
        Assert.Equal(all.Except([typeof(MetaByteSource)]).Select(type => type.Name).Order(), known.Select(type => type.Name).Distinct().Order());

        static Type Plain(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
    }

    [Theory, MemberData(nameof(All))]
    public async Task TheWholeIsRead(string kind)
    {
        using var source = _sources.Open(kind);
        Assert.Equal(Length, source.Length);
        await AssertReadsAsync(source, 0, Length);
    }

    [Theory, MemberData(nameof(All))]
    public async Task PartsAreReadAtTheEdgesAndAcrossElements(string kind)
    {
        using var source = _sources.Open(kind);
        foreach (var (offset, length) in new[]
        {
            (0, 0), (0, 1), (0, 8), (1, 7), (7, 2), (8, 8), (13, 1000), (23_997, 15), (Length / 2, 1), (Length - 9, 9), (Length - 8, 8), (Length - 1, 1), (Length, 0), (1, Length - 1), (0, Length - 1),
        })
        {
            await AssertReadsAsync(source, offset, length);
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task AReadThatLeavesTheSourceIsRefused(string kind)
    {
        using var source = _sources.Open(kind);
        foreach (var (offset, length) in new[] { (Length - 1L, 2), (Length, 1), (0, Length + 1), (long.MaxValue, 1), (-1, 1), (long.MinValue, 1), (Length + 1L, 0) })
        {
            Assert.Throws<InvalidCheckpointException>(() => source.Read(offset, new byte[length]));
            await Assert.ThrowsAsync<InvalidCheckpointException>(async () => await source.ReadAsync(offset, new byte[length], Token));
            Assert.False(source.TryGetSpan(offset, length, out _));
            Assert.False(source.TryMap(offset, length, out _));
        }

        Assert.False(source.TryGetSpan(1, -1, out _));
        Assert.False(source.TryMap(1, -1, out _));
    }

    [Theory, MemberData(nameof(All))]
    public void BytesInMemoryAreThoseThatReadGives(string kind)
    {
        using var source = _sources.Open(kind);
        var isInMemory = source.TryGetSpan(1, Length - 1, out var span);
        Assert.Equal(ContractSources.InMemory.Contains(kind), isInMemory);
        Assert.True(!isInMemory || span.SequenceEqual(Bytes.AsSpan(1)));
    }

    [Theory, MemberData(nameof(All))]
    public async Task ManyThreadsReadAtOnce(string kind)
    {
        using var source = _sources.Open(kind);
        await Parallel.ForAsync(0, 200, Token, async (i, token) =>
        {
            var part = new byte[1000];
            var offset = i * 7919L % (Length - part.Length);
            if (i % 2 == 0)
            {
                source.Read(offset, part);
            }
            else
            {
                await source.ReadAsync(offset, part, token);
            }

            Assert.Equal(Bytes[(int)offset..][..part.Length], part);
        });
    }

    [Theory, MemberData(nameof(All))]
    public async Task ACancelledReadDoesNotStart(string kind)
    {
        using var source = _sources.Open(kind);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(0, new byte[8], new CancellationToken(canceled: true)));
    }

    [Theory, MemberData(nameof(All))]
    public void WholeBytesPassTheirCheck(string kind)
    {
        using var source = _sources.Open(kind);
        source.Verify(Token);
        source.Verify(Token);
    }

    [Theory, InlineData("file"), InlineData("mapped"), InlineData("stream"), InlineData("spooled"), InlineData("shared part")]
    public async Task NothingIsReadAfterDisposal(string kind)
    {
        var source = _sources.Open(kind);
        source.Dispose();
        source.Dispose();
        Assert.Throws<ObjectDisposedException>(() => source.Read(0, new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await source.ReadAsync(0, new byte[1], Token));
    }

    [Theory, MemberData(nameof(All))]
    public void OnlyAFileHasAName(string kind)
    {
        using var source = _sources.Open(kind);
        Assert.Equal(kind is "file" or "file on demand" or "mapped" ? _sources.FilePath : kind == "archive member" ? "archive!member" : null, source.Name);
    }

    [Theory, MemberData(nameof(Wrapping))]
    public async Task AnAsynchronousReadReadsTheOtherSourceAsynchronously(string kind)
    {
        // A read of it that blocks fails.
        using var source = _sources.Open(kind, bytes => new AsyncByteSource(new MemoryByteSource(bytes)));
        foreach (var (offset, length) in new[] { (0, Length), (3, 1000), (8, 16), (Length - 5, 5), (5, 0) })
        {
            var part = new byte[length];
            await source.ReadAsync(offset, part, Token);
            Assert.Equal(Bytes[offset..(offset + length)], part);
        }
    }

    [Theory, MemberData(nameof(Wrapping))]
    public async Task AReadThatIsCancelledOnTheWayEnds(string kind)
    {
        using var stop = new CancellationTokenSource();
        using var source = _sources.Open(kind, bytes => new WaitingByteSource(new MemoryByteSource(bytes), stop));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(0, new byte[Length], stop.Token));
    }

    [Theory, MemberData(nameof(Forwarding))]
    public void ACheckOfAPartIsTheCheckOfTheOtherSource(string kind)
    {
        using var source = _sources.Open(kind, bytes => new CorruptByteSource(new MemoryByteSource(bytes)));
        var error = Assert.Throws<InvalidCheckpointException>(() => source.Verify(Token));
        Assert.Contains("its bytes are corrupt", error.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("zip record"), InlineData("inflated")]
    public void ARecordChecksItsBytes(string kind)
    {
        using var source = _sources.Open(kind, bytes =>
        {
            bytes[^(bytes.Length / 2)] ^= 4;
            return new MemoryByteSource(bytes);
        });
        Assert.Throws<InvalidCheckpointException>(() => source.Verify(Token));
        Assert.Throws<InvalidCheckpointException>(() => source.Read(Length - 1, new byte[1]));
        Assert.Throws<InvalidCheckpointException>(() => source.Read(0, new byte[Length]));
        Assert.Throws<InvalidCheckpointException>(() => source.TryGetSpan(0, 1, out _));
    }

    [Theory, MemberData(nameof(Mapping))]
    public unsafe void AMapIsHeldUntilItsHandleIsDisposed(string kind)
    {
        PinnedByteSource? pinned = null;
        using var source = _sources.Open(kind, bytes => pinned = new PinnedByteSource(bytes));

        Assert.True(source.TryMap(8, 16, out var memory));
        Assert.Equal(1, pinned!.Pins);
        Assert.Equal(Bytes.AsSpan(8, 16), new ReadOnlySpan<byte>(memory.Pointer, 16));
        memory.Dispose();
        Assert.Equal(0, pinned.Pins);
    }

    [Theory, InlineData("swapped"), InlineData("converted"), InlineData("view"), InlineData("pieces"), InlineData("inflated")]
    public void WhatIsMadeWhenItIsReadHasNoMap(string kind)
    {
        PinnedByteSource? pinned = null;
        using var source = _sources.Open(kind, bytes => pinned = new PinnedByteSource(bytes));

        Assert.False(source.TryMap(0, 8, out _));
        Assert.Equal(0, pinned?.Pins ?? 0);
    }

    private static async Task AssertReadsAsync(ByteSource source, int offset, int length)
    {
        var part = new byte[length];
        source.Read(offset, part);
        Assert.Equal(Bytes[offset..(offset + length)], part);

        Array.Clear(part);
        await source.ReadAsync(offset, part, Token);
        Assert.Equal(Bytes[offset..(offset + length)], part);
    }

    /// <summary>A source whose check fails.</summary>
    private sealed class CorruptByteSource(ByteSource inner) : PassingByteSource(inner)
    {
        public override void Verify(CancellationToken cancellationToken = default) => throw new InvalidCheckpointException("its bytes are corrupt");
    }

    /// <summary>A source that never gives bytes: the first read of it asks for its own end.</summary>
    private sealed class WaitingByteSource(ByteSource inner, CancellationTokenSource stop) : PassingByteSource(inner)
    {
        public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
