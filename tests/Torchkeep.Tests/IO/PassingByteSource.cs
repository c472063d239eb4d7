using System.Buffers;

namespace Torchkeep.Tests.IO;

/// <summary>A source from outside of the library over any other.</summary>
internal class PassingByteSource(ByteSource inner) : ByteSource
{
    public override long Length => inner.Length;

    public override void Read(long offset, Span<byte> destination) => inner.Read(offset, destination);

    public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(offset, destination, cancellationToken);

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes) => inner.TryGetSpan(offset, length, out bytes);

    public override bool TryMap(long offset, long length, out MemoryHandle memory) => inner.TryMap(offset, length, out memory);

    public override void Verify(CancellationToken cancellationToken = default) => inner.Verify(cancellationToken);

    protected override void Dispose(bool disposing) => inner.Dispose();
}
