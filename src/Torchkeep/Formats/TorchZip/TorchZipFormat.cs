using System.Buffers.Binary;
using Torchkeep.Formats.TorchExport;
using Torchkeep.Formats.TorchPackage;
using Torchkeep.Formats.TorchScript;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// The archive of <c>torch.save</c> since PyTorch 1.6, and the two others that PyTorch writes as zip files, which are told
/// by their records.
/// </summary>
internal sealed class TorchZipFormat : IFormat, IFormatWriter
{
    public CheckpointFormat Format => CheckpointFormat.TorchZip;

    public bool Matches(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.TryReadUInt32LittleEndian(head, out var signature) && signature == ZipFields.LocalSignature;

    public ValueTask<long> FindLengthAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken) =>
        ZipExtent.FindAsync(source, limits, async, cancellationToken);

    public async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var records = await ZipRecords.ReadAsync(source, options, async, cancellationToken).ConfigureAwait(false);
        var opening =
            ScriptModelReader.Matches(records) ? ScriptModelReader.OpenAsync(records, async, cancellationToken)
            : TorchScriptReader.Matches(records) ? TorchScriptReader.OpenAsync(records, async, cancellationToken)
            : TorchExportReader.Matches(records) ? TorchExportReader.OpenAsync(records, async, cancellationToken)
            : TorchPackageReader.Matches(records) ? TorchPackageReader.OpenAsync(records, async, cancellationToken)
            : OldExportReader.Matches(records) ? OldExportReader.OpenAsync(records, async, cancellationToken)
            : TorchZipReader.OpenAsync(records, async, cancellationToken);
        return (await opening.ConfigureAwait(false)) with { Length = records.Length };
    }

    public ValueTask WriteAsync(SaveJob job, Stream stream, string? path) => TorchZipWriter.WriteAsync(job, stream, path);

    public void Check(ContainerCheck check) => ZipCheck.Run(check);
}
