namespace Torchkeep.IO;

/// <summary>A file that is open only while it is read: a checkpoint may lie in more files than a process may hold open.</summary>
/// <param name="path">The file.</param>
/// <param name="record">What messages call it beside the file that names it, or null.</param>
internal sealed class FileOnDemand(string path, string? record = null) : ByteSource
{
    public override long Length { get; } = new FileInfo(path).Length;

    public override string? Name => path;

    internal override string? Record => record;

    public override void Read(long offset, Span<byte> destination)
    {
        using var file = new FileByteSource(path);
        file.Read(offset, destination);
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        using var file = new FileByteSource(path);
        await file.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
    }
}
