namespace Torchkeep.Cli.Tests;

/// <summary>Entire models as torch.save(model) leaves them, made value by value.</summary>
internal static class WholeModel
{
    private const string Layers = "torch.nn.modules.";

    /// <summary>A small network: two blocks of one class that differ in a width, a Sequential, a tied weight.</summary>
    internal static PyObject Net()
    {
        var tied = Parameter(4, 6);
        return Module(
            "net.Net",
            [("name", "small")],
            [],
            [
                ("embed", Module($"{Layers}sparse.Embedding", Settings(("num_embeddings", 4), ("embedding_dim", 6), ("norm_type", 2.0)), [("weight", tied)], [])),
                ("blocks", Module($"{Layers}container.ModuleList", [], [], [("0", Block(6, 8)), ("1", Block(6, 8)), ("2", Block(6, 12))])),
                ("head", Module(
                    $"{Layers}container.Sequential",
                    [],
                    [],
                    [("0", Module($"{Layers}activation.ReLU", Settings(("inplace", false)), [], [])), ("1", Linear(6, 4, tied))])),
            ]);
    }

    internal static PyObject Linear(long inputs, long outputs, PyTensor? weight = null) => Module(
        $"{Layers}linear.Linear", Settings(("in_features", inputs), ("out_features", outputs)), [("weight", weight ?? Parameter(outputs, inputs)), ("bias", PyNone.Value)], []);

    internal static PyObject Module(string className, (string Name, PyValue Value)[] settings, (string Name, PyValue Value)[] parameters, (string Name, PyValue Value)[] children)
    {
        var state = new PyDict { { "training", true }, { "_parameters", Dict(parameters) }, { "_buffers", new PyDict() }, { "_modules", Dict(children) } };
        foreach (var (name, value) in settings)
        {
            state[name] = value;
        }

        var dot = className.LastIndexOf('.');
        return new(PyObjectKind.New, new PyGlobal(className[..dot], className[(dot + 1)..]), PyTuple.Empty) { State = state };
    }

    private static PyObject Block(long width, long inner) => Module(
        "net.Block", [("width", width)], [("gain", Parameter(width))], [("up", Linear(width, inner)), ("down", Linear(inner, width))]);

    private static PyTensor Parameter(params long[] shape) =>
        new(TensorView.FromArray(new float[shape.Aggregate(1L, (all, size) => all * size)], ElementType.Float32, shape), requiresGrad: true, isParameter: true);

    private static (string, PyValue)[] Settings(params (string, PyValue)[] settings) => settings;

    private static PyDict Dict((string Name, PyValue Value)[] entries)
    {
        var dict = new PyDict();
        foreach (var (name, value) in entries)
        {
            dict[name] = value;
        }

        return dict;
    }
}
