using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/padding.py, flatten.py, fold.py, pixelshuffle.py, channelshuffle.py, upsampling.py, distance.py.</summary>
internal static class ShapeLayers
{
    // The dimensions that each is for; nearest is for any, and comes here with a number for each.
    private static readonly Dictionary<string, (UpsampleMode Mode, int Dimensions)> _modes = new(StringComparer.Ordinal)
    {
        ["nearest"] = (UpsampleMode.Nearest, 2),
        ["linear"] = (UpsampleMode.Linear, 1),
        ["bilinear"] = (UpsampleMode.Bilinear, 2),
        ["bicubic"] = (UpsampleMode.Bicubic, 2),
        ["trilinear"] = (UpsampleMode.Trilinear, 3),
    };

    internal static readonly Layer[] Rows =
    [
        Layer.Of<ConstantPad1d>("padding.ConstantPad1d", s => nn.ConstantPad1d(Two(s), s.Double("value")), WriteConstant),
        Layer.Of<ConstantPad2d>("padding.ConstantPad2d", s => nn.ConstantPad2d(Four(s), s.Double("value")), WriteConstant),
        Layer.Of<ConstantPad3d>("padding.ConstantPad3d", s => nn.ConstantPad3d(Six(s), s.Double("value")), WriteConstant),
        Layer.Of<ReflectionPad1d>("padding.ReflectionPad1d", s => nn.ReflectionPad1d(Two(s)), WritePadding),
        Layer.Of<ReflectionPad2d>("padding.ReflectionPad2d", s => nn.ReflectionPad2d(Four(s)), WritePadding),
        Layer.Of<ReflectionPad3d>("padding.ReflectionPad3d", s => nn.ReflectionPad3d(Six(s)), WritePadding),
        Layer.Of<ReplicationPad1d>("padding.ReplicationPad1d", s => nn.ReplicationPad1d(Two(s)), WritePadding),
        Layer.Of<ReplicationPad2d>("padding.ReplicationPad2d", s => nn.ReplicationPad2d(Four(s)), WritePadding),
        Layer.Of<ReplicationPad3d>("padding.ReplicationPad3d", s => nn.ReplicationPad3d(Six(s)), WritePadding),
        Layer.Of<ZeroPad2d>(
            "padding.ZeroPad2d",
            s =>
            {
                s.Only("value", 0.0);
                return nn.ZeroPad2d(Four(s));
            },
            (m, a) =>
            {
                a["value"] = 0.0;
                a["padding"] = LayerAttributes.Tuple(m.padding);
            }),
        Layer.Alias("padding.ZeroPad1d", typeof(ConstantPad1d), s => nn.ConstantPad1d(Two(s), s.Double("value", 0))),
        Layer.Alias("padding.ZeroPad3d", typeof(ConstantPad3d), s => nn.ConstantPad3d(Six(s), s.Double("value", 0))),
        Layer.Of<ChannelShuffle>("channelshuffle.ChannelShuffle", s => nn.ChannelShuffle(s.Int("groups")), (m, a) => a["groups"] = m.groups),
        Layer.Of<Flatten>(
            "flatten.Flatten",
            s => nn.Flatten(s.Int("start_dim", 1), s.Int("end_dim", -1)),
            (m, a) =>
            {
                a["start_dim"] = m.start_dim;
                a["end_dim"] = m.end_dim;
            }),
        Layer.Of<Unflatten>(
            "flatten.Unflatten",
            s => nn.Unflatten(s.Int("dim"), s.Sizes("unflattened_size")),
            (m, a) =>
            {
                a["dim"] = m.dim;
                a["unflattened_size"] = LayerAttributes.Tuple(m.unflattened_size);
            }),
        Layer.Of<Fold>(
            "fold.Fold",
            s => nn.Fold(Pair(s, "output_size"), Pair(s, "kernel_size"), Pair(s, "dilation"), Pair(s, "padding"), Pair(s, "stride")),
            (m, a) =>
            {
                a["output_size"] = Pair(m.output_size);
                WriteFold(a, m.kernel_size, m.dilation, m.padding, m.stride);
            }),
        Layer.Of<Unfold>(
            "fold.Unfold",
            s => nn.Unfold(Pair(s, "kernel_size"), Pair(s, "dilation"), Pair(s, "padding"), Pair(s, "stride")),
            (m, a) => WriteFold(a, m.kernel_size, m.dilation, m.padding, m.stride)),
        Layer.Of<PixelShuffle>("pixelshuffle.PixelShuffle", s => nn.PixelShuffle(s.Int("upscale_factor")), (m, a) => a["upscale_factor"] = m.upscale_factor),
        Layer.Of<PixelUnshuffle>("pixelshuffle.PixelUnshuffle", s => nn.PixelUnshuffle(s.Int("downscale_factor")), (m, a) => a["downscale_factor"] = m.downscale_factor),
        Layer.Open("upsampling.Upsample", typeof(Upsample), Upsample, (m, a) => WriteUpsample((Upsample)m, a)),
        Layer.Written<UpsampleLayer>("upsampling.Upsample", (m, a) =>
        {
            a["name"] = "Upsample";
            a["size"] = LayerAttributes.OrNone(m.Size);
            a["scale_factor"] = LayerAttributes.OrNone(m.Factor);
            a["mode"] = "nearest";
            a["align_corners"] = PyNone.Value;
            a["recompute_scale_factor"] = m.Recompute is { } recompute ? recompute : PyNone.Value;
        }),
        Layer.Alias("upsampling.UpsamplingNearest2d", typeof(Upsample), Upsample),
        Layer.Alias("upsampling.UpsamplingBilinear2d", typeof(Upsample), Upsample),
        Layer.Of<CosineSimilarity>(
            "distance.CosineSimilarity",
            s => nn.CosineSimilarity(s.Int("dim"), s.Double("eps")),
            (m, a) =>
            {
                a["dim"] = m.dim;
                a["eps"] = m.eps;
            }),
        Layer.Of<PairwiseDistance>(
            "distance.PairwiseDistance",
            s => nn.PairwiseDistance(s.Double("norm"), s.Double("eps"), s.Bool("keepdim", false)),
            (m, a) =>
            {
                a["norm"] = m.norm;
                a["eps"] = m.eps;
                a["keepdim"] = m.keepdim;
            }),
    ];

    private static (long, long) Two(LayerSettings s) => s.Ints("padding", 2) is [var a, var b] ? (a, b) : default;

    private static (long, long, long, long) Four(LayerSettings s) => s.Ints("padding", 4) is [var a, var b, var c, var d] ? (a, b, c, d) : default;

    private static (long, long, long, long, long, long) Six(LayerSettings s) =>
        s.Ints("padding", 6) is [var a, var b, var c, var d, var e, var f] ? (a, b, c, d, e, f) : default;

    private static (long, long) Pair(LayerSettings s, string name) => s.Ints(name, 2) is [var a, var b] ? (a, b) : default;

    private static nn.Module<Tensor, Tensor> Upsample(LayerSettings s)
    {
        s.Accept("name");
        var text = s.Text("mode");
        if (text == "nearest" && s.Saved.Record.Settings.GetValueOrDefault("size") is not PyTuple && s.Saved.Record.Settings.GetValueOrDefault("scale_factor") is not PyTuple)
        {
            s.Accept("align_corners");
            return new UpsampleLayer(s.IntOrNone("size"), s.DoubleOrNone("scale_factor"), s.IsNone("recompute_scale_factor") ? null : s.Bool("recompute_scale_factor"));
        }

        if (!_modes.TryGetValue(text, out var mode))
        {
            throw s.Lacking("mode", text);
        }

        var recompute = s.IsNone("recompute_scale_factor") ? (bool?)null : s.Bool("recompute_scale_factor");
        var corners = s.IsNone("align_corners") ? (bool?)null : s.Bool("align_corners");
        return nn.Upsample(Fitting(s, "size", mode.Dimensions)?.Select(size => (long)size).ToArray(), Fitting(s, "scale_factor", mode.Dimensions), mode.Mode, corners, recompute);
    }

    // A single number is for each dimension; to know how many there are, all modes but nearest say it.
    private static double[]? Fitting(LayerSettings s, string name, int dimensions) =>
        s.Saved.Record.Settings.GetValueOrDefault(name) is PyTuple { Items.Length: var length } ? s.DoublesOrNone(name, length) : s.DoublesOrNone(name, dimensions);

    private static void WriteConstant(PadBase m, LayerAttributes a)
    {
        a["value"] = m.value;
        a["padding"] = LayerAttributes.Tuple(m.padding);
    }

    private static void WritePadding(PadBase m, LayerAttributes a) => a["padding"] = LayerAttributes.Tuple(m.padding);

    private static PyTuple Pair((long First, long Second) pair) => LayerAttributes.Tuple(pair.First, pair.Second);

    private static void WriteFold(LayerAttributes a, (long, long) kernel, (long, long) dilation, (long, long) padding, (long, long) stride)
    {
        a["kernel_size"] = Pair(kernel);
        a["dilation"] = Pair(dilation);
        a["padding"] = Pair(padding);
        a["stride"] = Pair(stride);
    }

    private static void WriteUpsample(Upsample m, LayerAttributes a)
    {
        a["name"] = "Upsample";
        a["size"] = m.size.IsEmpty ? PyNone.Value : LayerAttributes.Tuple(m.size);
        a["scale_factor"] = m.scale_factor.IsEmpty ? PyNone.Value : new PyTuple(m.scale_factor.ToArray().Select(factor => (PyValue)factor).ToArray().AsSpan());
        a["mode"] = _modes.First(row => row.Value.Mode == m.mode).Key;
        a["align_corners"] = m.align_corners is { } corners ? corners : PyNone.Value;
        a["recompute_scale_factor"] = m.recompute_scale_factor is { } recompute ? recompute : PyNone.Value;
    }
}
