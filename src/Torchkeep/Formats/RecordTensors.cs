using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats;

/// <summary>Makes tensors of what a JSON record says of them: tensors over one record share its storage.</summary>
internal sealed class RecordTensors(ZipRecords records, string folder, bool isBigEndian, TensorNames names)
{
    private readonly Dictionary<string, TensorStorage> _storages = new(StringComparer.Ordinal);
    private readonly TorchPickleHost _host = new(new ZipStorages(records, folder, isBigEndian), records.Options.Limits, names, budget: records.Options.Budget);

    /// <summary>A tensor, or the record of one that is quantized, from the arguments of PyTorch's rebuild functions.</summary>
    internal PyValue Make(
        JsonField field, string key, ElementType type, string device, PyValue offset, PyTuple size, PyTuple stride, bool requiresGrad, bool isParameter, PyTuple? quantizer)
    {
        records.Options.Budget?.AddOpcodes(1);
        var record = folder + key;
        if (!_storages.TryGetValue(record, out var storage))
        {
            storage = new(records.Open(record), device, type, isBigEndian);
            _storages.Add(record, storage);
        }

        PyDict hooks = new(isOrdered: true);
        try
        {
            if (quantizer is not null)
            {
                return Call(TorchNames.RebuildQTensor, new(new PyStorage(storage, type), offset, size, stride, quantizer, requiresGrad, hooks));
            }

            var tensor = Call(
                TorchNames.RebuildTensorV3,
                new(new PyStorage(storage, elementType: null), offset, size, stride, requiresGrad && !isParameter, hooks, new PyGlobal("torch", ElementTypeInfo.Of(type).Name)));
            return isParameter ? Call(TorchNames.RebuildParameter, new(tensor, requiresGrad, hooks)) : tensor;
        }
        catch (CheckpointException error)
        {
            error.File ??= records.Source.Name;
            error.Record ??= record;
            error.TensorName ??= field.Path;
            throw;
        }
    }

    private PyValue Call(PyGlobal callable, PyTuple arguments) => _host.Call(callable, arguments) ?? new PyObject(PyObjectKind.Call, callable, arguments);
}
