using System.Buffers.Binary;

namespace Torchkeep.Formats.Safetensors;

/// <summary>The file of named tensors of Hugging Face's safetensors.</summary>
internal sealed class SafetensorsFormat : IFormat, IFormatWriter
{
    // What claims a header of more is something else.
    private const ulong MaxClaim = 1UL << 48;

    public CheckpointFormat Format => CheckpointFormat.Safetensors;

    /// <summary>A length, then JSON. No zip archive starts so: it would be compressed by a method of that number.</summary>
    public bool Matches(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.TryReadUInt64LittleEndian(head, out var length)
        && length < MaxClaim
        && head[SafetensorsConstants.LengthSize..].TrimStart(" \n\r\t"u8) is [(byte)'{', ..];

    public ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        SafetensorsReader.OpenAsync(source, options, async, cancellationToken);

    public ValueTask WriteAsync(SaveJob job, Stream stream, string? path) => SafetensorsWriter.WriteAsync(job, stream);
}
