using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/sparse.py. TorchSharp tells nothing of them but the weights.</summary>
internal static class SparseLayers
{
    private static readonly Dictionary<string, EmbeddingBagMode> _modes = new(StringComparer.Ordinal)
    {
        ["sum"] = EmbeddingBagMode.Sum,
        ["mean"] = EmbeddingBagMode.Mean,
        ["max"] = EmbeddingBagMode.Max,
    };

    internal static readonly Layer[] Rows =
    [
        Layer.Of<Embedding>(
            "sparse.Embedding",
            s => nn.Embedding(
                Sizes(s).Count,
                Sizes(s).Width,
                s.Hide("padding_idx", s.IntOrNone("padding_idx")),
                s.Hide("max_norm", s.DoubleOrNone("max_norm")),
                s.Hide("norm_type", s.Double("norm_type")),
                s.Hide("scale_grad_by_freq", s.Bool("scale_grad_by_freq")),
                s.Hide("sparse", s.Bool("sparse"))),
            (_, a) =>
            {
                WriteSizes(a);
                a["padding_idx"] = a.Hidden("padding_idx");
                a["max_norm"] = a.Hidden("max_norm");
                a["norm_type"] = a.Hidden("norm_type", 2.0);
                a["scale_grad_by_freq"] = a.Hidden("scale_grad_by_freq");
                a["sparse"] = a.Hidden("sparse");
            }),
        Layer.Of<EmbeddingBag>(
            "sparse.EmbeddingBag",
            s => nn.EmbeddingBag(
                Sizes(s).Count,
                Sizes(s).Width,
                s.Hide("max_norm", s.DoubleOrNone("max_norm")),
                s.Hide("norm_type", s.Double("norm_type")),
                s.Hide("scale_grad_by_freq", s.Bool("scale_grad_by_freq")),
                _modes.TryGetValue(s.Hide("mode", s.Text("mode")), out var mode) ? mode : throw s.Lacking("mode", s.Text("mode")),
                s.Hide("sparse", s.Bool("sparse")),
                s.Hide("include_last_offset", s.Bool("include_last_offset", false)),
                s.Hide("padding_idx", s.IntOrNone("padding_idx")) ?? -1),
            (_, a) =>
            {
                WriteSizes(a);
                a["max_norm"] = a.Hidden("max_norm");
                a["norm_type"] = a.Hidden("norm_type", 2.0);
                a["scale_grad_by_freq"] = a.Hidden("scale_grad_by_freq");
                a["padding_idx"] = a.Hidden("padding_idx");
                a["mode"] = a.Hidden("mode");
                a["sparse"] = a.Hidden("sparse");
                a["include_last_offset"] = a.Hidden("include_last_offset");
            }),
    ];

    private static (long Count, long Width) Sizes(LayerSettings s)
    {
        var (count, width) = (s.Int("num_embeddings"), s.Int("embedding_dim"));
        s.Expect("weight", count, width);
        return (count, width);
    }

    private static void WriteSizes(LayerAttributes a)
    {
        a["num_embeddings"] = a.Shape("weight")[0];
        a["embedding_dim"] = a.Shape("weight")[1];
        a.Name("weight");
    }
}
