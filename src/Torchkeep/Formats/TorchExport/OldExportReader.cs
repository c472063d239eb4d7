using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.TorchExport;

/// <summary>
/// What <c>torch.export.save</c> wrote in PyTorch 2.1 to 2.6: a zip file without a folder, whose weights, constants and
/// inputs are files of <c>torch.save</c> (torch/export/__init__.py, <c>load</c>).
/// </summary>
internal static class OldExportReader
{
    internal static bool Matches(ZipRecords records) => Find(records, TorchExportConstants.OldWeightsRecord) is not null;

    internal static async ValueTask<CheckpointContents> OpenAsync(ZipRecords records, bool async, CancellationToken cancellationToken)
    {
        var names = new TensorNames();
        var weights = await ReadAsync(TorchExportConstants.OldWeightsRecord).ConfigureAwait(false);
        List<PyEntry> beside = [];
        if (await ReadAsync(TorchExportConstants.OldConstantsRecord).ConfigureAwait(false) is { } constants and not PyDict { Count: 0 })
        {
            beside.Add(PyEntry.Root(constants, TorchExportConstants.ConstantsRoot));
        }

        if (await ReadAsync(TorchExportConstants.OldInputsRecord).ConfigureAwait(false) is { } inputs)
        {
            beside.Add(PyEntry.Root(inputs, TorchExportConstants.SampleInputsRoot));
        }

        return new(weights!, names) { Format = CheckpointFormat.TorchExport, Beside = beside };

        async ValueTask<PyValue?> ReadAsync(string name) =>
            Find(records, name) is { } record ? await SavedRecord.ReadAsync(records, record, names, async, cancellationToken).ConfigureAwait(false) : null;
    }

    private static string? Find(ZipRecords records, string name) =>
        TorchExportConstants.OldExtensions.Select(extension => name + extension).FirstOrDefault(records.Has);
}
