using System.Buffers;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchLegacy;

/// <summary>The bytes of a storage. The pickle that names it comes before there is a place for it.</summary>
internal sealed class LegacyStorageSource(ByteSource file, long elements, ElementTypeInfo type) : ByteSource
{
    public override long Length { get; } = elements * type.ByteSize;

    public override string? Name => file.Name;

    internal long Elements => elements;

    /// <summary>The first byte in the file.</summary>
    internal long Start { get; set; }

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        file.Read(Start + offset, destination);
    }

    public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        return file.ReadAsync(Start + offset, destination, cancellationToken);
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return offset >= 0 && offset <= Length - length && file.TryGetSpan(Start + offset, length, out bytes);
    }

    public override bool TryMap(long offset, long length, out MemoryHandle memory)
    {
        memory = default;
        return offset >= 0 && offset <= Length - length && file.TryMap(Start + offset, length, out memory);
    }
}
