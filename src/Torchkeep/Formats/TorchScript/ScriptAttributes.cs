using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.TorchScript;

/// <summary>
/// The values of attributes in an archive that model.json describes: a tuple in a pickle of its own, in which a tensor is
/// its number (torch/csrc/jit/serialization/import_legacy.cpp, <c>LEGACY_deserialize</c>).
/// </summary>
internal sealed class ScriptAttributes
{
    private readonly IReadOnlyList<PyValue> _values;
    private readonly PyList _tensors;

    private ScriptAttributes(IReadOnlyList<PyValue> values, PyList tensors) => (_values, _tensors) = (values, tensors);

    /// <summary>Reads the record, which archives before protoVersion 2 have not.</summary>
    internal static async ValueTask<ScriptAttributes> ReadAsync(
        ZipRecords records, string top, PyList tensors, TensorNames names, bool async, CancellationToken cancellationToken)
    {
        var record = top + TorchScriptConstants.AttributesRecord;
        if (!records.Has(record))
        {
            return new([], tensors);
        }

        var storages = new ZipStorages(records, top, isBigEndian: false);
        var root = await TorchZipReader.UnpickleAsync(records, record, storages, names, async, cancellationToken).ConfigureAwait(false);
        if (root is not (PyTuple or PyList))
        {
            TorchZipThrow.BadRecord(records.Source, record, $"the values of attributes should be a tuple, found {root.TypeName}");
        }

        return new(root is PyTuple tuple ? tuple.Items : ((PyList)root).Items, tensors);
    }

    /// <summary>The value of an attribute, or null where the archive has none.</summary>
    internal PyValue? Find(JsonField attribute)
    {
        // protobuf's JSON leaves out a 0.
        var id = attribute["id"] is { IsThere: true } given ? given.Int64() : 0;
        if (_values.Count == 0)
        {
            return null;
        }

        if (id < 0 || id >= _values.Count)
        {
            throw attribute["id"].Unexpected($"a number below {_values.Count}");
        }

        if (TensorNumber(_values[(int)id]) is not { } number)
        {
            return _values[(int)id];
        }

        return number >= 0 && number < _tensors.Items.Count
            ? _tensors.Items[(int)number]
            : throw attribute["id"].Unexpected($"that of a tensor below {_tensors.Items.Count}, and it is {number}");
    }

    // A call with the number; in PyTorch 1.1 an object with it as its state.
    private static long? TensorNumber(PyValue value) => value switch
    {
        PyObject { Callable: PyGlobal { Name: "build_tensor_from_id" }, Arguments.Items: [PyInt number] } when number.TryGetInt64(out var id) => id,
        PyObject { Callable: PyGlobal { Name: "TensorID" }, State: PyInt number } when number.TryGetInt64(out var id) => id,
        _ => null,
    };
}
