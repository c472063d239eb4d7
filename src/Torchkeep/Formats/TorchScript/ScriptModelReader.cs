using System.Collections.Frozen;
using Torchkeep.Formats.TorchZip;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchScript;

/// <summary>
/// The archive of <c>torch.jit.save</c> before PyTorch 1.4, which model.json describes: a list of tensors over records, and
/// a tree of modules whose parameters and buffers are numbers in that list (caffe2/proto/torch.proto,
/// torch/csrc/jit/serialization/import_legacy.cpp).
/// </summary>
internal static class ScriptModelReader
{
    // caffe2/proto/caffe2.proto, TensorProto.DataType; caffe2/core/types.cc, DataTypeToTypeMeta.
    private static readonly FrozenDictionary<string, ElementType> _types = new Dictionary<string, ElementType>
    {
        ["FLOAT"] = ElementType.Float32,
        ["INT32"] = ElementType.Int32,
        ["BYTE"] = ElementType.UInt8,
        ["BOOL"] = ElementType.Bool,
        ["UINT8"] = ElementType.UInt8,
        ["INT8"] = ElementType.Int8,
        ["UINT16"] = ElementType.UInt16,
        ["INT16"] = ElementType.Int16,
        ["INT64"] = ElementType.Int64,
        ["FLOAT16"] = ElementType.Float16,
        ["DOUBLE"] = ElementType.Float64,
        ["BFLOAT16"] = ElementType.BFloat16,
    }.ToFrozenDictionary();

    // c10/core/ScalarType.h, toQIntType.
    private static readonly FrozenDictionary<ElementType, ElementType> _quantizedTypes = new Dictionary<ElementType, ElementType>
    {
        [ElementType.UInt8] = ElementType.QUInt8,
        [ElementType.Int8] = ElementType.QInt8,
        [ElementType.Int32] = ElementType.QInt32,
    }.ToFrozenDictionary();

    internal static bool Matches(ZipRecords records) =>
        records.FoldersOf(TorchScriptConstants.ModelRecord) is [var top] && records.Has(top + TorchZipConstants.VersionRecord);

    internal static async ValueTask<CheckpointContents> OpenAsync(ZipRecords records, bool async, CancellationToken cancellationToken)
    {
        var top = records.FoldersOf(TorchScriptConstants.ModelRecord)[0];
        await TorchZipReader.CheckVersionAsync(records, top, async, cancellationToken).ConfigureAwait(false);
        var model = await JsonField.ReadAsync(records, top + TorchScriptConstants.ModelRecord, async, cancellationToken).ConfigureAwait(false);
        var names = new TensorNames();
        var maker = new RecordTensors(records, top, isBigEndian: false, names);
        var tensors = new PyList(model["tensors"].Items().Select(field => ReadTensor(field, maker)));
        var attributes = await ScriptAttributes.ReadAsync(records, top, tensors, names, async, cancellationToken).ConfigureAwait(false);
        return new(new PyDict { [TorchScriptConstants.ModelTensors] = tensors }, names)
        {
            Format = CheckpointFormat.TorchScript,
            Model = ReadModules(model["mainModule", "main_module"], tensors, attributes),
        };
    }

    private static PyValue ReadTensor(JsonField field, RecordTensors maker)
    {
        var name = field["dataType", "data_type"] is { IsThere: true } given ? given.Text() : "FLOAT";
        if (!_types.TryGetValue(name, out var type))
        {
            throw field["dataType", "data_type"].Unexpected($"one of {string.Join(", ", _types.Keys)}");
        }

        PyTuple? quantizer = null;
        if (IsTrue(field["isQuantized", "is_quantized"]))
        {
            if (!_quantizedTypes.TryGetValue(type, out type))
            {
                throw field["dataType", "data_type"].Unexpected("a type of quantized elements");
            }

            quantizer = new(
                new PyGlobal("torch", "per_tensor_affine"),
                field["scale"] is { IsThere: true } scale ? scale.Double() : 0.0,
                Number(field["zeroPoint", "zero_point"]));
        }

        return maker.Make(
            field,
            field["data"]["key"].Text(),
            type,
            field["device"].Text(),
            Number(field["offset"]),
            new([.. field["dims"].Items().Select(size => (PyValue)size.Int64())]),
            new([.. field["strides"].Items().Select(stride => (PyValue)stride.Int64())]),
            IsTrue(field["requiresGrad", "requires_grad"]),
            isParameter: false,
            quantizer);
    }

    // The tree as a whole module's pickle would hold it. Modules may lie as deep as they like.
    private static PyObject ReadModules(JsonField main, PyList tensors, ScriptAttributes attributes)
    {
        PyDict roots = [];
        var pending = new Stack<(JsonField Field, PyDict Into)>([(main, roots)]);
        while (pending.TryPop(out var next))
        {
            var field = next.Field;
            var name = field["name"] is { IsThere: true } given ? given.Text() : "";
            PyDict parameters = [], buffers = [], children = [];
            foreach (var parameter in field["parameters"].Items())
            {
                var id = Number(parameter["tensorId", "tensor_id"]);
                if (id < 0 || id >= tensors.Items.Count)
                {
                    throw parameter["tensorId"].Unexpected($"a number below {tensors.Items.Count}");
                }

                (IsTrue(parameter["isBuffer", "is_buffer"]) ? buffers : parameters)[parameter["name"].Text()] = tensors.Items[(int)id];
            }

            PyDict settings = [];
            foreach (var attribute in field["attributes"].Items())
            {
                if (attributes.Find(attribute) is { } value)
                {
                    // A tensor among them is a buffer to C++ (torch/csrc/api/src/serialize/input-archive.cpp, try_read).
                    (value is PyTensor or PyQuantizedTensor ? buffers : settings)[attribute["name"].Text()] = value;
                }
            }

            // What __getstate__ gave is not the module's own tensors: only its code could put them back.
            next.Into[name] = field["getStateAttributeId", "get_state_attribute_id"].IsThere
                ? new PyObject(PyObjectKind.New, new PyGlobal("__torch__", name), PyTuple.Empty)
                : PythonModules.Make(name, parameters, buffers, children, settings);
            foreach (var child in field["submodules"].Items())
            {
                // Holds the place: they are read in another order.
                children[child["name"].Text()] = PyNone.Value;
                pending.Push((child, children));
            }
        }

        return (PyObject)roots.First().Value;
    }

    private static long Number(JsonField field) => field.IsThere ? field.Int64() : 0;

    private static bool IsTrue(JsonField field) => field.IsThere && field.Bool();
}
