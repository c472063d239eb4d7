using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/dropout.py.</summary>
internal static class DropoutLayers
{
    internal static readonly Layer[] Rows =
    [
        Layer.Of<Dropout>("dropout.Dropout", s => nn.Dropout(P(s), Inplace(s)), (m, a) => Write(a, m.p, m.inplace)),
        Layer.Of<Dropout1d>("dropout.Dropout1d", s => nn.Dropout1d(P(s), Inplace(s)), (m, a) => Write(a, m.p, m.inplace)),
        Layer.Of<Dropout2d>("dropout.Dropout2d", s => nn.Dropout2d(P(s), Inplace(s)), (m, a) => Write(a, m.p, m.inplace)),
        Layer.Of<Dropout3d>("dropout.Dropout3d", s => nn.Dropout3d(P(s), Inplace(s)), (m, a) => Write(a, m.p, m.inplace)),
        Layer.Of<AlphaDropout>("dropout.AlphaDropout", s => nn.AlphaDropout(P(s), Inplace(s)), (m, a) => Write(a, m.p, m.inplace)),
        Layer.Of<FeatureAlphaDropout>("dropout.FeatureAlphaDropout", s => nn.FeatureAlphaDropout(P(s), Inplace(s)), (m, a) => Write(a, m.p, m.inplace)),
    ];

    private static double P(LayerSettings s) => s.Double("p");

    private static bool Inplace(LayerSettings s) => s.Bool("inplace", false);

    private static void Write(LayerAttributes a, double p, bool inplace)
    {
        a["p"] = p;
        a["inplace"] = inplace;
    }
}
