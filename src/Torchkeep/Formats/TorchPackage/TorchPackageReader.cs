using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchPackage;

/// <summary>
/// The archive of <c>torch.package</c>: pickles of any names, code, and storages that all pickles share
/// (torch/package/package_exporter.py, <c>save_pickle</c> and <c>_persistent_id</c>). The code is neither read nor run.
/// </summary>
internal static class TorchPackageReader
{
    // Only packages have it (package_exporter.py, _write_extern).
    private const string Signature = ".data/extern_modules";
    private const string DataFolder = ".data/";
    private const string StorageExtension = ".storage";
    private const string PickleExtension = ".pkl";

    internal static bool Matches(ZipRecords records) => records.FoldersOf(Signature).Count == 1;

    internal static async ValueTask<CheckpointContents> OpenAsync(ZipRecords records, bool async, CancellationToken cancellationToken)
    {
        var top = records.FoldersOf(Signature)[0];
        await TorchZipReader.CheckVersionAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var isBigEndian = await TorchZipReader.ReadByteOrderAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var names = new TensorNames();
        var storages = new ZipStorages(records, top + DataFolder, isBigEndian, StorageExtension);
        var host = new TorchPickleHost(storages, records.Options.Limits, names, records.Options.Python2Text, records.Options.Budget);
        var root = new PyDict();
        foreach (var record in records.Names.Where(name => name.StartsWith(top, StringComparison.Ordinal) && name.EndsWith(PickleExtension, StringComparison.Ordinal)).ToList())
        {
            root.Add(record[top.Length..], await TorchZipReader.UnpickleAsync(records, record, new PackageHost(host), async, cancellationToken).ConfigureAwait(false));
        }

        return new(root, names) { Format = CheckpointFormat.TorchPackage };
    }
}
