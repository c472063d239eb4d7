using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/rnn.py. TorchSharp keeps sizes and directions to itself, which the weights tell.</summary>
internal static class RecurrentLayers
{
    internal static readonly Layer[] Rows =
    [
        Layer.Of<LSTM>(
            "rnn.LSTM",
            s => Checked(s, "LSTM", nn.LSTM(Inputs(s, gates: 4), Hidden(s), Layers(s), Bias(s), BatchFirst(s), Dropout(s), Bidirectional(s))),
            (m, a) => Write(a, "LSTM", gates: 4, ModuleFields.BatchFirst(m))),
        Layer.Of<GRU>(
            "rnn.GRU",
            s => Checked(s, "GRU", nn.GRU(Inputs(s, gates: 3), Hidden(s), Layers(s), Bias(s), BatchFirst(s), Dropout(s), Bidirectional(s))),
            (m, a) => Write(a, "GRU", gates: 3, ModuleFields.BatchFirst(m))),
        Layer.Of<RNN>(
            "rnn.RNN",
            s => Checked(s, null, nn.RNN(Inputs(s, gates: 1), Hidden(s), Layers(s), Nonlinearity(s), Bias(s), BatchFirst(s), Dropout(s), Bidirectional(s))),
            (m, a) =>
            {
                var nonlinearity = a.Hidden("nonlinearity");
                a["nonlinearity"] = nonlinearity;
                Write(a, nonlinearity.AsString() == "relu" ? "RNN_RELU" : "RNN_TANH", gates: 1, ModuleFields.BatchFirst(m));
            }),
        Layer.Of<LSTMCell>("rnn.LSTMCell", s => nn.LSTMCell(CellInputs(s, gates: 4), Hidden(s), Bias(s)), (_, a) => WriteCell(a, gates: 4)),
        Layer.Of<GRUCell>("rnn.GRUCell", s => nn.GRUCell(CellInputs(s, gates: 3), Hidden(s), Bias(s)), (_, a) => WriteCell(a, gates: 3)),
        Layer.Of<RNNCell>(
            "rnn.RNNCell",
            s => nn.RNNCell(CellInputs(s, gates: 1), Hidden(s), Nonlinearity(s), Bias(s)),
            (_, a) =>
            {
                WriteCell(a, gates: 1);
                a["nonlinearity"] = a.Hidden("nonlinearity");
            }),
    ];

    private static long Inputs(LayerSettings s, long gates)
    {
        s.Only("proj_size", 0);
        var (inputs, hidden) = (s.Int("input_size"), Hidden(s));
        for (var layer = 0; layer < Layers(s); layer++)
        {
            s.Expect($"weight_ih_l{layer}", checked(gates * hidden), layer == 0 ? inputs : Bidirectional(s) ? checked(2 * hidden) : hidden);
            s.Expect($"weight_hh_l{layer}", checked(gates * hidden), hidden);
        }

        return inputs;
    }

    private static long CellInputs(LayerSettings s, long gates)
    {
        var (inputs, hidden) = (s.Int("input_size"), Hidden(s));
        s.Expect("weight_ih", checked(gates * hidden), inputs);
        s.Expect("weight_hh", checked(gates * hidden), hidden);
        return inputs;
    }

    private static long Hidden(LayerSettings s) => s.Int("hidden_size");

    private static long Layers(LayerSettings s) => s.Int("num_layers");

    private static bool Bias(LayerSettings s) => s.Bool("bias");

    private static bool BatchFirst(LayerSettings s) => s.Bool("batch_first", false);

    private static double Dropout(LayerSettings s) => s.Hide("dropout", s.Double("dropout", 0));

    private static bool Bidirectional(LayerSettings s) => s.Bool("bidirectional", false);

    private static nn.NonLinearities Nonlinearity(LayerSettings s)
    {
        // Before 1.0 an RNN said it by its mode alone.
        var name = s.Text("nonlinearity", s.Text("mode", "RNN_TANH") == "RNN_RELU" ? "relu" : "tanh");
        return s.Hide("nonlinearity", name) switch
        {
            "tanh" => nn.NonLinearities.Tanh,
            "relu" => nn.NonLinearities.ReLU,
            _ => throw s.Lacking("nonlinearity", name),
        };
    }

    private static T Checked<T>(LayerSettings s, string? mode, T module)
    {
        s.Accept("mode");
        if (mode is not null)
        {
            s.Only("mode", mode);
        }

        return module;
    }

    private static void Write(LayerAttributes a, string mode, long gates, bool batchFirst)
    {
        var bidirectional = a.Has("weight_ih_l0_reverse");
        var layers = 0;
        while (a.Has($"weight_ih_l{layers}"))
        {
            layers++;
        }

        a["mode"] = mode;
        a["input_size"] = a.Shape("weight_ih_l0")[1];
        a["hidden_size"] = a.Shape("weight_ih_l0")[0] / gates;
        a["num_layers"] = layers;
        a["bias"] = a.Has("bias_ih_l0");
        a["batch_first"] = batchFirst;

        // It acts between layers.
        a["dropout"] = layers == 1 ? a.Hidden("dropout", 0.0) : a.Hidden("dropout");
        a["bidirectional"] = bidirectional;
        a["proj_size"] = 0;

        string[] names = [.. a.Node.Tensors.Keys];
        a.Name(names);
        a["_flat_weights_names"] = new PyList(names.Select(name => (PyValue)name));
        a["_all_weights"] = new PyList(names.Chunk(a.Has("bias_ih_l0") ? 4 : 2).Select(chunk => (PyValue)new PyList(chunk.Select(name => (PyValue)name))));
        a["_flat_weights"] = new PyList(names.Select(name => a.Encoder.Tensor(a.Node.Tensors[name])));
    }

    private static void WriteCell(LayerAttributes a, long gates)
    {
        a["input_size"] = a.Shape("weight_ih")[1];
        a["hidden_size"] = a.Shape("weight_ih")[0] / gates;
        a["bias"] = a.Has("bias_ih");
        a.Name("weight_ih", "weight_hh", "bias_ih", "bias_hh");
    }
}
