using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.TorchExport;

/// <summary>
/// The archive of <c>torch.export.save</c> (torch/export/pt2_archive/_package.py): weights and constants as records that two
/// JSON records describe. The program in it is not read.
/// </summary>
internal sealed class TorchExportReader
{
    private readonly ZipRecords _records;
    private readonly string _top;
    private readonly bool _isBigEndian;
    private readonly TensorNames _names = new();

    private TorchExportReader(ZipRecords records, string top, bool isBigEndian)
    {
        (_records, _top, _isBigEndian) = (records, top, isBigEndian);
    }

    internal static bool Matches(ZipRecords records) => records.FoldersOf(TorchExportConstants.FormatRecord).Count == 1;

    internal static async ValueTask<CheckpointContents> OpenAsync(ZipRecords records, bool async, CancellationToken cancellationToken)
    {
        var top = records.FoldersOf(TorchExportConstants.FormatRecord)[0];
        var record = top + TorchExportConstants.FormatRecord;
        var format = await records.ReadTextAsync(record, async, cancellationToken).ConfigureAwait(false);
        if (format.Trim() != TorchExportConstants.FormatValue)
        {
            TorchZipThrow.UnsupportedRecord(records.Source, record, $"the archive's format is '{format}'; only '{TorchExportConstants.FormatValue}' is read");
        }

        await TorchZipReader.CheckVersionAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var isBigEndian = await TorchZipReader.ReadByteOrderAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        return await new TorchExportReader(records, top, isBigEndian).ReadAsync(async, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CheckpointContents> ReadAsync(bool async, CancellationToken cancellationToken)
    {
        var models = Models();
        if (models.Count == 0)
        {
            TorchZipThrow.UnsupportedRecord(
                _records.Source, _top + TorchExportConstants.ModelsFolder, "the archive has no exported program, as when it was compiled (AOTInductor); its weights are not in it as tensors");
        }

        PyDict weights = [], constants = [], inputs = [];
        foreach (var model in models)
        {
            weights[model] = await PayloadsAsync(TorchExportConstants.WeightsFolder, model, TorchExportConstants.WeightsConfig).ConfigureAwait(false);
            if (await PayloadsAsync(TorchExportConstants.ConstantsFolder, model, TorchExportConstants.ConstantsConfig).ConfigureAwait(false) is var found and not PyDict { Count: 0 })
            {
                constants[model] = found;
            }

            var record = _top + TorchExportConstants.SampleInputsFolder + model + TorchExportConstants.SavedExtension;
            if (_records.Has(record))
            {
                inputs[model] = await SavedRecord.ReadAsync(_records, record, _names, async, cancellationToken).ConfigureAwait(false);
            }
        }

        return new(Only(weights), _names)
        {
            Format = CheckpointFormat.TorchExport,
            Beside =
            [
                .. constants.Count > 0 ? [PyEntry.Root(Only(constants), TorchExportConstants.ConstantsRoot)] : Array.Empty<PyEntry>(),
                .. inputs.Count > 0 ? [PyEntry.Root(Only(inputs), TorchExportConstants.SampleInputsRoot)] : Array.Empty<PyEntry>(),
            ],
        };

        // Of one program there is no need to say its name.
        PyValue Only(PyDict byModel) => models.Count == 1 ? byModel.First().Value : byModel;

        ValueTask<PyValue> PayloadsAsync(string folder, string model, string config) => ReadPayloadsAsync(_top + folder, model, config, async, cancellationToken);
    }

    private List<string> Models()
    {
        var folder = _top + TorchExportConstants.ModelsFolder;
        return
        [
            .. _records.Names
                .Where(name => name.StartsWith(folder, StringComparison.Ordinal) && name.EndsWith(TorchExportConstants.ModelExtension, StringComparison.Ordinal))
                .Select(name => name[folder.Length..^TorchExportConstants.ModelExtension.Length]),
        ];
    }

    private async ValueTask<PyValue> ReadPayloadsAsync(string folder, string model, string config, bool async, CancellationToken cancellationToken)
    {
        // As a few versions before the JSON records wrote them.
        var saved = folder + model + TorchExportConstants.SavedExtension;
        if (_records.Has(saved))
        {
            return await SavedRecord.ReadAsync(_records, saved, _names, async, cancellationToken).ConfigureAwait(false);
        }

        var payloads = new PyDict(isOrdered: true);
        var record = folder + model + config;
        if (folder.EndsWith(TorchExportConstants.ConstantsFolder, StringComparison.Ordinal) && !_records.Has(record))
        {
            return payloads;
        }

        var maker = new RecordTensors(_records, folder, _isBigEndian, _names);
        var description = await JsonField.ReadAsync(_records, record, async, cancellationToken).ConfigureAwait(false);
        foreach (var (name, field) in description["config"].Members())
        {
            var key = field["path_name"].Text();
            payloads[name] =
                TorchExportConstants.ObjectPrefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal)) ? new PyStorage(new TensorStorage(_records.Open(folder + key)), elementType: null)
                : field["use_pickle"].Bool() ? await SavedRecord.ReadAsync(_records, folder + key, _names, async, cancellationToken).ConfigureAwait(false)
                : ReadTensor(field, key, maker);
        }

        return payloads;
    }

    private static PyValue ReadTensor(JsonField field, string key, RecordTensors maker)
    {
        var meta = field["tensor_meta"];
        if (!TorchExportConstants.Types.TryGetValue(meta["dtype"].Int64(), out var type))
        {
            throw meta["dtype"].Unexpected("the number of a dtype");
        }

        if (meta["layout"].Int64() != TorchExportConstants.Strided)
        {
            throw meta["layout"].Unexpected($"{TorchExportConstants.Strided}, the layout of strided tensors");
        }

        return maker.Make(
            field,
            key,
            type,
            DeviceOf(meta["device"]),
            meta["storage_offset"]["as_int"].Int64(),
            Numbers(meta["sizes"]),
            Numbers(meta["strides"]),
            meta["requires_grad"].Bool(),
            field["is_param"].Bool(),
            quantizer: null);
    }

    private static string DeviceOf(JsonField device) =>
        device["index"] is { IsThere: true } index ? $"{device["type"].Text()}:{index.Int64()}" : device["type"].Text();

    private static PyTuple Numbers(JsonField list) => new([.. list.Items().Select(item => (PyValue)item["as_int"].Int64())]);
}
