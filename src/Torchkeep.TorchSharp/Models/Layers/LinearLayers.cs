using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/linear.py.</summary>
internal static class LinearLayers
{
    internal static readonly Layer[] Rows =
    [
        Layer.Of<Identity>("linear.Identity", _ => nn.Identity(), (_, _) => { }),
        Layer.Of<Linear>(
            "linear.Linear",
            Linear,
            (m, a) =>
            {
                a["in_features"] = m.in_features;
                a["out_features"] = m.out_features;
                a.Name("weight", "bias");
            }),

        // The output projection of an attention, when someone took it out; before 1.9 by the other name.
        Layer.Alias("linear.NonDynamicallyQuantizableLinear", typeof(Linear), Linear),
        Layer.Alias("linear._LinearWithBias", typeof(Linear), Linear),
        Layer.Of<Bilinear>(
            "linear.Bilinear",
            s =>
            {
                var (first, second, outputs) = (s.Int("in1_features"), s.Int("in2_features"), s.Int("out_features"));
                s.Expect("weight", outputs, first, second);
                return nn.Bilinear(first, second, outputs, s.HasParameter("bias"));
            },
            (m, a) =>
            {
                a["in1_features"] = m.in1_features;
                a["in2_features"] = m.in2_features;
                a["out_features"] = m.out_features;
                a.Name("weight", "bias");
            }),
    ];

    private static Linear Linear(LayerSettings s)
    {
        var (inputs, outputs) = (s.Int("in_features"), s.Int("out_features"));
        s.Expect("weight", outputs, inputs);
        return nn.Linear(inputs, outputs, s.HasParameter("bias"));
    }
}
