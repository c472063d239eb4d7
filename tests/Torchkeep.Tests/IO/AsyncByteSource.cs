namespace Torchkeep.Tests.IO;

/// <summary>A source that can only be waited for, as one over a network: a read that blocks fails.</summary>
internal sealed class AsyncByteSource(ByteSource inner) : ByteSource
{
    public override long Length => inner.Length;

    public override void Read(long offset, Span<byte> destination) => throw new InvalidOperationException("this read blocks");

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        inner.Read(offset, destination.Span);
    }
}
