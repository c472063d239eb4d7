using System.Buffers;

namespace Torchkeep.IO;

/// <summary>A part of another source, which it does not own. Its <see cref="ByteSource.Verify"/> checks all of that source.</summary>
internal class SliceByteSource(ByteSource whole, long start, long length) : DelegatingByteSource(whole)
{
    public override long Length => length;

    /// <summary>The first byte in the other source.</summary>
    protected long Start { get; set; } = start;

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        Inner.Read(Start + offset, destination);
    }

    public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        return Inner.ReadAsync(Start + offset, destination, cancellationToken);
    }

    public override bool TryGetSpan(long offset, int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return IsInside(offset, count) && Inner.TryGetSpan(Start + offset, count, out bytes);
    }

    public override bool TryMap(long offset, long count, out MemoryHandle memory)
    {
        memory = default;
        return IsInside(offset, count) && Inner.TryMap(Start + offset, count, out memory);
    }
}
