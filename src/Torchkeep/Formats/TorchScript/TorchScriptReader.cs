using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.TorchScript;

/// <summary>
/// The archive of <c>torch.jit.save</c> since PyTorch 1.4: the module in one pickle, the constants of its code in another
/// with storages of its own. Code is read when a state_dict is asked for, as text.
/// </summary>
internal static class TorchScriptReader
{
    internal static bool Matches(ZipRecords records) =>
        records.FoldersOf(TorchZipConstants.PickleRecord) is [var top] && records.Has(top + TorchScriptConstants.ConstantsRecord);

    internal static async ValueTask<CheckpointContents> OpenAsync(ZipRecords records, bool async, CancellationToken cancellationToken)
    {
        var top = TorchZipReader.FindTop(records);
        await TorchZipReader.CheckVersionAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var isBigEndian = await TorchZipReader.ReadByteOrderAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var names = new TensorNames();
        var root = await ReadAsync(TorchZipConstants.PickleRecord, TorchZipConstants.DataFolder).ConfigureAwait(false);
        var constants = await ReadAsync(TorchScriptConstants.ConstantsRecord, TorchScriptConstants.ConstantsFolder).ConfigureAwait(false);
        return new(root, names)
        {
            Format = CheckpointFormat.TorchScript,
            Beside = constants is PyTuple { Items.IsEmpty: true } ? [] : [PyEntry.Root(constants, TorchScriptConstants.ConstantsRoot)],
            Modules = new ScriptModules(records, top + TorchScriptConstants.CodeFolder),
        };

        ValueTask<PyValue> ReadAsync(string record, string folder) =>
            TorchZipReader.UnpickleAsync(records, top + record, new ZipStorages(records, top + folder, isBigEndian), names, async, cancellationToken);
    }
}
