namespace Torchkeep.Torch;

/// <summary>
/// The fields of PyTorch's quantized modules, which keep their weights packed by C++ code and their scales as numbers, with
/// what their <c>_save_to_state_dict</c> adds (torch/ao/nn/quantized/modules/conv.py, linear.py, embedding_ops.py,
/// functional_modules.py; quantized/dynamic/modules/rnn.py). Before PyTorch 1.13 the package was torch.nn.quantized.
/// </summary>
internal static class QuantizedFields
{
    // conv.py, __getstate__: settings, then these four, then whether it trains.
    private static readonly string[] _convolution =
    [
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "transposed", "output_padding", "groups", "padding_mode",
        "weight", "bias", Scale, ZeroPoint, "training",
    ];

    private const string Scale = "scale";
    private const string ZeroPoint = "zero_point";
    private const int WeightAt = 10;

    // The attributes that a class's state_dict has beside parameters and buffers, and its _version where that is not 1.
    private static readonly Dictionary<string, (string[] Added, long Version)> _classes = new(StringComparer.Ordinal)
    {
        ["Linear"] = ([Scale, ZeroPoint], 3),
        ["LinearReLU"] = ([Scale, ZeroPoint], 3),
        ["LinearLeakyReLU"] = ([Scale, ZeroPoint], 3),
        ["LinearTanh"] = ([Scale, ZeroPoint], 3),
        ["QFunctional"] = ([Scale, ZeroPoint], 1),
        ["LinearPackedParams"] = (["dtype", "_packed_params"], 3),
        ["EmbeddingPackedParams"] = (["dtype", "_packed_weight"], 1),
        ["PackedParameter"] = (["param"], 1),
        ["RNNCell"] = (["_packed_weight_ih", "_packed_weight_hh"], 1),
        ["LSTMCell"] = (["_packed_weight_ih", "_packed_weight_hh"], 1),
        ["GRUCell"] = (["_packed_weight_ih", "_packed_weight_hh"], 1),
    };

    /// <summary>The fields as those of any other module, or null where it is no module of these.</summary>
    internal static PyDict? Of(PyObject module)
    {
        if (module.Callable is not PyGlobal { Module: var package, Name: var name }
            || !package.StartsWith("torch.", StringComparison.Ordinal)
            || !package.Contains(".quantized.", StringComparison.Ordinal))
        {
            return null;
        }

        return module.State is PyTuple { Items.Length: > WeightAt + 3 } state && state.Items.Length <= _convolution.Length ? OfConvolution(state)
            : module.State is PyDict fields && _classes.TryGetValue(name, out var row) ? With(fields, row.Added, row.Version)
            : null;
    }

    private static PyDict OfConvolution(PyTuple state)
    {
        PyDict buffers = new(isOrdered: true);
        PyDict fields = new() { [PythonModules.Parameters] = new PyDict(isOrdered: true), [PythonModules.Buffers] = buffers, [PythonModules.Modules] = new PyDict(isOrdered: true) };
        for (var i = 0; i < state.Items.Length; i++)
        {
            (i is >= WeightAt and < WeightAt + 4 ? buffers : fields)[_convolution[i]] = StateOf(_convolution[i], state.Items[i]);
        }

        return fields;
    }

    private static PyDict? With(PyDict fields, string[] added, long version)
    {
        if (!fields.TryGet(PythonModules.Buffers, out var given) || given is not PyDict before)
        {
            return null;
        }

        PyDict buffers = new(isOrdered: true);
        foreach (var (key, value) in before)
        {
            buffers[key] = value;
        }

        PyDict all = [];
        foreach (var (key, value) in fields)
        {
            if (key is not PyString { Value: var name } || !added.Contains(name))
            {
                all[key] = value;
            }
        }

        foreach (var name in added)
        {
            if (fields.TryGet(name, out var value))
            {
                buffers[name] = StateOf(name, value);
            }
        }

        all[PythonModules.Buffers] = buffers;

        // Of a dynamic one the file says it.
        all[PythonModules.Version] = fields.TryGet("version", out var own) && own is PyInt ? own : version;
        return all;
    }

    // What torch.tensor makes of a number, and what the packed objects unpack to.
    private static PyValue StateOf(string name, PyValue value) => (name, value) switch
    {
        (Scale, PyFloat or PyInt) => new PyTensor(TensorView.FromArray([(float)value.AsDouble()], ElementType.Float32)),
        (ZeroPoint, PyInt number) when number.TryGetInt64(out var point) => new PyTensor(TensorView.FromArray([point], ElementType.Int64)),
        ("_packed_params", PyObject { State: PyTuple { Items: [PyTuple { Items: [var weight, var bias] }, PyString] } }) => new PyTuple(Detached(weight), Detached(bias)),
        ("_packed_weight", PyObject { State: PyTuple { Items: [PyTuple { Items: [_, PyList { Items: [var weight, ..] }, ..] }, PyString] } }) => Detached(weight),
        _ => value,
    };

    private static PyValue Detached(PyValue value) => value is PyTensor tensor ? new PyTensor(tensor.View) : value;
}
