using System.Buffers;

namespace Torchkeep.IO;

/// <summary>A source that makes its bytes of those of another one when they are read. They lie nowhere in memory.</summary>
internal abstract class TransformingByteSource(ByteSource inner) : DelegatingByteSource(inner)
{
    public abstract override void Read(long offset, Span<byte> destination);

    public abstract override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default);

    public sealed override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return false;
    }

    public sealed override bool TryMap(long offset, long length, out MemoryHandle memory)
    {
        memory = default;
        return false;
    }
}
