using System.Buffers.Binary;

namespace Torchkeep.Formats.TorchZip;

/// <summary>The archive of <c>torch.save</c> since PyTorch 1.6.</summary>
internal sealed class TorchZipFormat : IFormat, IFormatWriter
{
    public CheckpointFormat Format => CheckpointFormat.TorchZip;

    public bool Matches(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.TryReadUInt32LittleEndian(head, out var signature) && signature == ZipFields.LocalSignature;

    public ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        TorchZipReader.OpenAsync(source, options, async, cancellationToken);

    public ValueTask WriteAsync(SaveJob job, Stream stream, string? path) => TorchZipWriter.WriteAsync(job, stream, path);
}
