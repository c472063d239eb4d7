using System.Buffers;
using System.Globalization;
using Torchkeep.Formats.Places;
using Torchkeep.IO;
using Torchkeep.Pickle;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchZip;

/// <summary>Directory, the small records, then the pickle; storages are looked up in the directory and not read.</summary>
internal static class TorchZipReader
{
    internal static async ValueTask<CheckpointContents> OpenAsync(ZipRecords records, bool async, CancellationToken cancellationToken)
    {
        var names = new TensorNames();
        return new(await ReadRootAsync(records, names, async, cancellationToken).ConfigureAwait(false), names);
    }

    /// <summary>The object of an archive, which may be a record of another one.</summary>
    internal static async ValueTask<PyValue> ReadRootAsync(ZipRecords records, TensorNames names, bool async, CancellationToken cancellationToken)
    {
        var top = FindTop(records);
        await CheckVersionAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var isBigEndian = await ReadByteOrderAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var storages = new ZipStorages(records, top + TorchZipConstants.DataFolder, isBigEndian);
        return await UnpickleAsync(records, top + TorchZipConstants.PickleRecord, storages, names, async, cancellationToken).ConfigureAwait(false);
    }

    internal static async ValueTask CheckVersionAsync(ZipRecords records, string top, bool async, CancellationToken cancellationToken)
    {
        var record = top + TorchZipConstants.VersionRecord;
        if (!records.Has(record) && !records.Has(record = top + TorchZipConstants.VersionRecordAlternative))
        {
            // PyTorch demands the record; without it nothing else in the file would be read otherwise.
            return;
        }

        var text = await records.ReadTextAsync(record, async, cancellationToken).ConfigureAwait(false);
        if (!ulong.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < TorchZipConstants.MinVersion)
        {
            TorchZipThrow.BadRecord(records.Source, record, $"the file's version should be a number from 1 on, and is '{text}'");
        }

        if (version > TorchZipConstants.MaxVersion)
        {
            TorchZipThrow.UnsupportedRecord(records.Source, record, $"the file is of version {version}, and {TorchZipConstants.MaxVersion} is the newest that PyTorch and this version know");
        }
    }

    internal static async ValueTask<bool> ReadByteOrderAsync(ZipRecords records, string top, bool async, CancellationToken cancellationToken)
    {
        var record = top + TorchZipConstants.ByteOrderRecord;
        if (!records.Has(record))
        {
            return false;
        }

        var text = await records.ReadTextAsync(record, async, cancellationToken).ConfigureAwait(false);
        if (text is not (TorchZipConstants.ByteOrderLittle or TorchZipConstants.ByteOrderBig))
        {
            TorchZipThrow.BadRecord(records.Source, record, $"the byte order should be 'little' or 'big', and is '{text}'");
        }

        return text == TorchZipConstants.ByteOrderBig;
    }

    internal static ValueTask<PyValue> UnpickleAsync(
        ZipRecords records, string record, IStorageLookup storages, TensorNames names, bool async, CancellationToken cancellationToken) =>
        UnpickleAsync(records, record, new TorchPickleHost(storages, records.Options.Limits, names, records.Options.Python2Text, records.Options.Budget, new ReferenceFiles(records.Source, records.Options)), async, cancellationToken);

    internal static async ValueTask<PyValue> UnpickleAsync(ZipRecords records, string record, IPickleHost host, bool async, CancellationToken cancellationToken)
    {
        var source = records.OpenPickle(record, cancellationToken);
        var pickle = ArrayPool<byte>.Shared.Rent((int)source.Length);
        var position = 0;
        try
        {
            var bytes = pickle.AsMemory(0, (int)source.Length);
            await source.ReadAsync(0, bytes, async, cancellationToken).ConfigureAwait(false);
            return PickleMachine.Run(bytes.Span, ref position, record, host, records.Options.Limits, records.Options.Budget);
        }
        catch (CheckpointException error)
        {
            error.File ??= records.Source.Name;
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pickle);
        }
    }

    // PyTorch takes the folder of the first entry; the folder of the pickle is the same, and survives re-zipping.
    internal static string FindTop(ZipRecords records)
    {
        var folders = records.FoldersOf(TorchZipConstants.PickleRecord);
        if (folders.Count == 0)
        {
            var found = ForeignFile.DescribeZip([.. records.Names], records.Source.Name);
            TorchZipThrow.NoPickle(records.Source, $"the record '{TorchZipConstants.PickleRecord}' is missing; {found}");
        }

        if (folders.Count > 1)
        {
            TorchZipThrow.NoPickle(records.Source, $"it holds both '{folders[0]}{TorchZipConstants.PickleRecord}' and '{folders[1]}{TorchZipConstants.PickleRecord}'");
        }

        return folders[0];
    }
}
