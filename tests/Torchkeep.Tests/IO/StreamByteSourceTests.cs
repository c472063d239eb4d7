using Torchkeep.IO;

namespace Torchkeep.Tests.IO;

public sealed class StreamByteSourceTests
{
    [Theory, InlineData(true), InlineData(false)]
    public void TheStreamIsLeftOpenWhenAsked(bool leaveOpen)
    {
        var stream = new MemoryStream(new byte[10]);
        new StreamByteSource(stream, leaveOpen).Dispose();
        Assert.Equal(leaveOpen, stream.CanRead);
    }

    [Fact]
    public void APositionBehindTheEndLeavesNothing()
    {
        using var source = new StreamByteSource(new MemoryStream(new byte[10]) { Position = 20 }, leaveOpen: false);
        Assert.Equal(0, source.Length);
        Assert.Throws<InvalidCheckpointException>(() => source.Read(0, new byte[1]));
    }

    [Fact]
    public void WhatLiesBeforeThePositionIsNotReached()
    {
        using var source = new StreamByteSource(new MemoryStream([1, 2, 3]) { Position = 1 }, leaveOpen: false);
        Assert.Throws<InvalidCheckpointException>(() => source.Read(-1, new byte[1]));
    }

    [Fact]
    public void AStreamThatEndsEarlyIsTruncated()
    {
        var stream = new MemoryStream();
        stream.Write(new byte[10]);
        stream.Position = 0;
        using var source = new StreamByteSource(stream, leaveOpen: false);
        stream.SetLength(5);
        var error = Assert.Throws<InvalidCheckpointException>(() => source.Read(0, new byte[10]));
        Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
    }
}
