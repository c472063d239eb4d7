namespace Torchkeep.Formats.TorchLegacy;

/// <summary>The stream of <c>torch.save</c> from PyTorch 0.1.10 to 1.5, and of <c>_use_new_zipfile_serialization=False</c> since.</summary>
internal sealed class TorchLegacyFormat : IFormat, IFormatWriter
{
    public CheckpointFormat Format => CheckpointFormat.TorchLegacy;

    public bool Matches(ReadOnlySpan<byte> head) => LegacySignature.Matches(head);

    public ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        TorchLegacyReader.OpenAsync(source, options, async, cancellationToken);

    public ValueTask WriteAsync(SaveJob job, Stream stream, string? path) => TorchLegacyWriter.WriteAsync(job, stream);
}
