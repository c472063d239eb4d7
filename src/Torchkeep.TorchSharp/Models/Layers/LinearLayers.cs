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
            s => nn.Linear(s.Int("in_features"), s.Int("out_features"), s.HasParameter("bias")),
            (m, a) =>
            {
                a["in_features"] = m.in_features;
                a["out_features"] = m.out_features;
                a.Name("weight", "bias");
            }),

        // The output projection of an attention, when someone took it out; before 1.9 by the other name.
        Layer.Alias("linear.NonDynamicallyQuantizableLinear", typeof(Linear), FromAttention),
        Layer.Alias("linear._LinearWithBias", typeof(Linear), FromAttention),
        Layer.Of<Bilinear>(
            "linear.Bilinear",
            s => nn.Bilinear(s.Int("in1_features"), s.Int("in2_features"), s.Int("out_features"), s.HasParameter("bias")),
            (m, a) =>
            {
                a["in1_features"] = m.in1_features;
                a["in2_features"] = m.in2_features;
                a["out_features"] = m.out_features;
                a.Name("weight", "bias");
            }),
    ];

    private static Linear FromAttention(LayerSettings settings) =>
        nn.Linear(settings.Int("in_features"), settings.Int("out_features"), settings.HasParameter("bias"));
}
