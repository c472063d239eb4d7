using System.Buffers;

namespace Torchkeep.IO;

/// <summary>
/// A source over another one, which it does not own. It passes every call on, and a subclass overrides what it does
/// in another way: a call that a subclass forgets still reaches the bytes, and <see cref="Verify"/> their checksum.
/// </summary>
internal abstract class DelegatingByteSource(ByteSource inner) : ByteSource
{
    public override long Length => inner.Length;

    public override string? Name => inner.Name;

    internal override string? Record => inner.Record;

    protected ByteSource Inner => inner;

    public override void Read(long offset, Span<byte> destination) => inner.Read(offset, destination);

    public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(offset, destination, cancellationToken);

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes) => inner.TryGetSpan(offset, length, out bytes);

    public override bool TryMap(long offset, long length, out MemoryHandle memory) => inner.TryMap(offset, length, out memory);

    public override void Verify(CancellationToken cancellationToken = default) => inner.Verify(cancellationToken);
}
