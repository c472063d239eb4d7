using System.Buffers;

namespace Torchkeep.IO;

/// <summary>A part of another source, which it does not own.</summary>
internal sealed class SliceByteSource(ByteSource whole, long start, long length) : ByteSource
{
    public override long Length => length;

    public override string? Name => whole.Name;

    internal override string? Record => whole.Record;

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        whole.Read(start + offset, destination);
    }

    public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        return whole.ReadAsync(start + offset, destination, cancellationToken);
    }

    public override bool TryGetSpan(long offset, int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return offset >= 0 && offset <= length - count && whole.TryGetSpan(start + offset, count, out bytes);
    }

    public override bool TryMap(long offset, long count, out MemoryHandle memory)
    {
        memory = default;
        return offset >= 0 && offset <= length - count && whole.TryMap(start + offset, count, out memory);
    }
}
