namespace Torchkeep.Formats.TorchTar;

/// <summary>The tar file of <c>torch.save</c> before PyTorch 0.1.10.</summary>
internal sealed class TorchTarFormat : IFormat
{
    private const int MagicAt = 257;

    public CheckpointFormat Format => CheckpointFormat.TorchTar;

    public bool Matches(ReadOnlySpan<byte> head) => head.Length > MagicAt && head[MagicAt..].StartsWith("ustar"u8);

    public ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        TorchTarReader.OpenAsync(source, options, async, cancellationToken);

    public void Check(ContainerCheck check) => TarCheck.Run(check);
}
