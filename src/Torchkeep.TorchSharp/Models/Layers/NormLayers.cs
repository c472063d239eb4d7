using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/batchnorm.py, instancenorm.py, normalization.py.</summary>
internal static class NormLayers
{
    internal static readonly Layer[] Rows =
    [
        Layer.Of<BatchNorm1d>("batchnorm.BatchNorm1d", s => Norm(s, true, nn.BatchNorm1d(Features(s, true, true), Eps(s), Momentum(s), Affine(s, true), Tracks(s, true))), WriteNorm),
        Layer.Of<BatchNorm2d>("batchnorm.BatchNorm2d", s => Norm(s, true, nn.BatchNorm2d(Features(s, true, true), Eps(s), Momentum(s), Affine(s, true), Tracks(s, true))), WriteNorm),
        Layer.Of<BatchNorm3d>("batchnorm.BatchNorm3d", s => Norm(s, true, nn.BatchNorm3d(Features(s, true, true), Eps(s), Momentum(s), Affine(s, true), Tracks(s, true))), WriteNorm),
        Layer.Of<InstanceNorm1d>("instancenorm.InstanceNorm1d", s => Norm(s, false, nn.InstanceNorm1d(Features(s, false, false), Eps(s), Momentum(s), Affine(s, false), Tracks(s, false))), WriteNorm),
        Layer.Of<InstanceNorm2d>("instancenorm.InstanceNorm2d", s => Norm(s, false, nn.InstanceNorm2d(Features(s, false, false), Eps(s), Momentum(s), Affine(s, false), Tracks(s, false))), WriteNorm),
        Layer.Of<InstanceNorm3d>("instancenorm.InstanceNorm3d", s => Norm(s, false, nn.InstanceNorm3d(Features(s, false, false), Eps(s), Momentum(s), Affine(s, false), Tracks(s, false))), WriteNorm),
        Layer.Of<GroupNorm>(
            "normalization.GroupNorm",
            s =>
            {
                var (channels, affine) = (s.Hide("num_channels", s.Int("num_channels")), s.Bool("affine"));
                if (affine)
                {
                    s.Expect("weight", channels);
                }

                return nn.GroupNorm(s.Int("num_groups"), channels, s.Double("eps"), affine);
            },
            (m, a) =>
            {
                a["num_groups"] = m.num_groups;
                a["num_channels"] = m.affine ? a.Shape("weight")[0] : a.Hidden("num_channels");
                a["eps"] = m.eps;
                a["affine"] = m.affine;
                a.Name("weight", "bias");
            }),
        Layer.Of<LayerNorm>(
            "normalization.LayerNorm",
            s =>
            {
                var (shape, affine) = (s.Sizes("normalized_shape"), s.Bool("elementwise_affine"));
                if (affine)
                {
                    s.Expect("weight", shape);
                }

                return nn.LayerNorm(shape, s.Double("eps"), affine, s.HasParameter("bias"));
            },
            (m, a) =>
            {
                a["normalized_shape"] = LayerAttributes.Tuple(m.normalized_shape);
                a["eps"] = m.eps;
                a["elementwise_affine"] = m.elementwise_affine;
                a.Name("weight", "bias");
            }),
        Layer.Of<LocalResponseNorm>(
            "normalization.LocalResponseNorm",
            s => nn.LocalResponseNorm(s.Int("size"), s.Double("alpha"), s.Double("beta"), s.Double("k")),
            (m, a) =>
            {
                a["size"] = m.size;
                a["alpha"] = m.alpha;
                a["beta"] = m.beta;
                a["k"] = m.k;
            }),
    ];

    private static long Features(LayerSettings s, bool affine, bool tracks)
    {
        var features = s.Int("num_features");
        if (Affine(s, affine))
        {
            s.Expect("weight", features);
        }

        if (Tracks(s, tracks))
        {
            s.Expect("running_mean", features);
        }

        return features;
    }

    private static double Eps(LayerSettings s) => s.Double("eps");

    private static double Momentum(LayerSettings s) => s.DoubleOrNone("momentum") ?? 0.1;

    private static bool Affine(LayerSettings s, bool otherwise) => s.Bool("affine", otherwise);

    // Before 0.4 there was no such setting.
    private static bool Tracks(LayerSettings s, bool otherwise) => s.Bool("track_running_stats", otherwise);

    private static T Norm<T>(LayerSettings s, bool hasCumulative, T norm)
        where T : NormBase
    {
        // None is a cumulative average, which TorchSharp's constructor does not take.
        if (s.IsNone("momentum"))
        {
            norm.momentum = hasCumulative ? null : throw s.Lacking("momentum", PyNone.Value);
        }

        return norm;
    }

    private static void WriteNorm(NormBase m, LayerAttributes a)
    {
        a["num_features"] = m.num_features;
        a["eps"] = m.eps;
        a["momentum"] = LayerAttributes.OrNone(m.momentum);
        a["affine"] = m.affine;
        a["track_running_stats"] = m.track_running_stats;
        a.Name("weight", "bias");
        a.NameBuffers("running_mean", "running_var", "num_batches_tracked");
    }
}
