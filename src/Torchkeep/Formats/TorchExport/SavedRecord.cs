using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.TorchExport;

/// <summary>A record that is itself a file of <c>torch.save</c>.</summary>
internal static class SavedRecord
{
    internal static async ValueTask<PyValue> ReadAsync(ZipRecords records, string record, TensorNames names, bool async, CancellationToken cancellationToken)
    {
        try
        {
            var inner = await ZipRecords.ReadAsync(records.OpenUnchecked(record), records.Options, async, cancellationToken).ConfigureAwait(false);
            return await TorchZipReader.ReadRootAsync(inner, names, async, cancellationToken).ConfigureAwait(false);
        }
        catch (CheckpointException error)
        {
            // Said with both names: the record's, and that of the record in it.
            error.Record = error.Record is null || error.Record == record ? record : $"{record}!{error.Record}";
            throw;
        }
    }
}
