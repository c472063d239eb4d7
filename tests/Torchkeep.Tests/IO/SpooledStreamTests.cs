using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public sealed class SpooledStreamTests
{
    [Theory, InlineData(true, true), InlineData(true, false), InlineData(false, true), InlineData(false, false)]
    public async Task TheStreamIsReadToItsEnd(bool async, bool leaveOpen)
    {
        var stream = new ForwardStream(new MemoryStream([1, 2, 3]));
        using var source = await SpooledStream.ToSourceAsync(stream, leaveOpen, ReadLimits.Default, async, TestContext.Current.CancellationToken);
        var bytes = new byte[3];
        source.Read(0, bytes);
        Assert.Equal([1, 2, 3], bytes);
        Assert.Equal(!leaveOpen, stream.IsDisposed);
    }

    [Fact]
    public async Task AStreamThatFailsIsClosedAndItsErrorPassedOn()
    {
        var stream = new ForwardStream(new ByteSourceStream(new PatternByteSource(10_000) { FailsAt = 5000 }));
        await Assert.ThrowsAsync<IOException>(async () =>
            await SpooledStream.ToSourceAsync(stream, leaveOpen: false, ReadLimits.Default, async: true, TestContext.Current.CancellationToken));
        Assert.True(stream.IsDisposed);
    }

    [Fact]
    public async Task ACancelledCopyStops()
    {
        using var cancellation = new CancellationTokenSource();
        var inner = new ByteSourceStream(new PatternByteSource(1L << 40) { OnRead = end => cancellation.CancelAsync() });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await SpooledStream.ToSourceAsync(new ForwardStream(inner), leaveOpen: false, ReadLimits.Default, async: true, cancellation.Token));
    }
}
