using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/pooling.py.</summary>
internal static class PoolingLayers
{
    internal static readonly Layer[] Rows =
    [
        Layer.Of<AdaptiveAvgPool1d>("pooling.AdaptiveAvgPool1d", s => nn.AdaptiveAvgPool1d(Output(s, 1)[0]), (m, a) => a["output_size"] = m.output_size),
        Layer.Of<AdaptiveAvgPool2d>("pooling.AdaptiveAvgPool2d", s => nn.AdaptiveAvgPool2d(Output(s, 2)), (m, a) => WriteOutput(a, m.output_size)),
        Layer.Of<AdaptiveAvgPool3d>("pooling.AdaptiveAvgPool3d", s => nn.AdaptiveAvgPool3d(Output(s, 3)), (m, a) => WriteOutput(a, m.output_size)),
        Layer.Of<AdaptiveMaxPool1d>("pooling.AdaptiveMaxPool1d", s => nn.AdaptiveMaxPool1d(Output(s, 1)[0]), (m, a) => WriteMax(a, m.output_size)),
        Layer.Of<AdaptiveMaxPool2d>("pooling.AdaptiveMaxPool2d", s => nn.AdaptiveMaxPool2d(Output(s, 2)), (m, a) => WriteMax(a, Tuple(m.output_size))),
        Layer.Of<AdaptiveMaxPool3dLayer>("pooling.AdaptiveMaxPool3d", s => new AdaptiveMaxPool3dLayer(Output(s, 3)), (m, a) => WriteMax(a, Tuple(m.Size))),
        Layer.Written<AdaptiveMaxPool3d>("pooling.AdaptiveMaxPool3d", (_, a) => WriteMax(a, a.Hidden("output_size"))),
        Layer.Of<AvgPool1d>(
            "pooling.AvgPool1d",
            s => nn.AvgPool1d(s.Ints("kernel_size", 1)[0], s.IntsOrNone("stride", 1)?[0], s.Ints("padding", 1)[0], Ceil(s), Counts(s)),
            (m, a) => WriteAverage(a, [m.kernel_size], One(m.stride), One(m.padding), m.ceil_mode, m.count_include_pad)),
        Layer.Of<AvgPool2d>(
            "pooling.AvgPool2d",
            s => nn.AvgPool2d(s.Ints("kernel_size", 2), s.IntsOrNone("stride", 2), s.Ints("padding", 2), Ceil(s), Counts(s), s.IntOrNone("divisor_override")),
            (m, a) =>
            {
                WriteAverage(a, m.kernel_size, m.stride, m.padding, m.ceil_mode, m.count_include_pad);
                a["divisor_override"] = LayerAttributes.OrNone(m.divisor_override);
            }),
        Layer.Of<AvgPool3d>(
            "pooling.AvgPool3d",
            s => nn.AvgPool3d(s.Ints("kernel_size", 3), s.IntsOrNone("stride", 3), s.Ints("padding", 3, 0), Ceil(s), Counts(s), s.IntOrNone("divisor_override")),
            (m, a) =>
            {
                WriteAverage(a, m.kernel_size, m.stride, m.padding, m.ceil_mode, m.count_include_pad);
                a["divisor_override"] = LayerAttributes.OrNone(m.divisor_override);
            }),
        Layer.Of<FractionalMaxPool2d>(
            "pooling.FractionalMaxPool2d",
            s => Single(s, nn.FractionalMaxPool2d(s.Ints("kernel_size", 2), s.IntsOrNone("output_size", 2), s.DoublesOrNone("output_ratio", 2))),
            (m, a) => WriteFractional(a, m.kernel_size, m.output_size, m.output_ratio)),
        Layer.Of<FractionalMaxPool3d>(
            "pooling.FractionalMaxPool3d",
            s => Single(s, nn.FractionalMaxPool3d(s.Ints("kernel_size", 3), s.IntsOrNone("output_size", 3), s.DoublesOrNone("output_ratio", 3))),
            (m, a) => WriteFractional(a, m.kernel_size, m.output_size, m.output_ratio)),
        Layer.Of<LPPool1d>(
            "pooling.LPPool1d",
            s => nn.LPPool1d(s.Double("norm_type"), s.Ints("kernel_size", 1)[0], s.IntsOrNone("stride", 1)?[0], Ceil(s)),
            (m, a) => WriteLp(a, m.norm_type, m.kernel_size, LayerAttributes.OrNone(m.stride), m.ceil_mode)),
        Layer.Of<LPPool2d>(
            "pooling.LPPool2d",
            s => nn.LPPool2d(s.Double("norm_type"), s.Ints("kernel_size", 2), s.IntsOrNone("stride", 2), Ceil(s)),
            (m, a) => WriteLp(a, m.norm_type, Tuple(m.kernel_size), m.stride is null ? PyNone.Value : Tuple(m.stride), m.ceil_mode)),
        Layer.Of<MaxPool1d>(
            "pooling.MaxPool1d",
            s => Single(s, nn.MaxPool1d(s.Ints("kernel_size", 1)[0], s.IntsOrNone("stride", 1)?[0], s.Ints("padding", 1)[0], s.Ints("dilation", 1)[0], Ceil(s))),
            (m, a) => WriteMaxPool(a, [m.kernel_size], One(m.stride), One(m.padding), One(m.dilation), m.ceil_mode)),
        Layer.Of<MaxPool2d>(
            "pooling.MaxPool2d",
            s => Single(s, nn.MaxPool2d(s.Ints("kernel_size", 2), s.IntsOrNone("stride", 2), s.Ints("padding", 2), s.Ints("dilation", 2), Ceil(s))),
            (m, a) => WriteMaxPool(a, m.kernel_size, m.stride, m.padding, m.dilation, m.ceil_mode)),
        Layer.Of<MaxPool3d>(
            "pooling.MaxPool3d",
            s => Single(s, nn.MaxPool3d(s.Ints("kernel_size", 3), s.IntsOrNone("stride", 3), s.Ints("padding", 3), s.Ints("dilation", 3), Ceil(s))),
            (m, a) => WriteMaxPool(a, m.kernel_size, m.stride, m.padding, m.dilation, m.ceil_mode)),
        Layer.Of<MaxUnpool1d>(
            "pooling.MaxUnpool1d",
            s => nn.MaxUnpool1d(s.Ints("kernel_size", 1)[0], s.IntsOrNone("stride", 1)?[0], s.Ints("padding", 1)[0]),
            (m, a) => WriteUnpool(a, [m.kernel_size], One(m.stride), One(m.padding))),
        Layer.Of<MaxUnpool2d>(
            "pooling.MaxUnpool2d",
            s => nn.MaxUnpool2d(s.Ints("kernel_size", 2), s.IntsOrNone("stride", 2), s.Ints("padding", 2)),
            (m, a) => WriteUnpool(a, m.kernel_size, m.stride, m.padding)),
        Layer.Of<MaxUnpool3d>(
            "pooling.MaxUnpool3d",
            s => nn.MaxUnpool3d(s.Ints("kernel_size", 3), s.IntsOrNone("stride", 3), s.Ints("padding", 3)),
            (m, a) => WriteUnpool(a, m.kernel_size, m.stride, m.padding)),
    ];

    private static long[] Output(LayerSettings s, int dimensions)
    {
        s.Only("return_indices", false);
        return s.Ints("output_size", dimensions);
    }

    private static bool Ceil(LayerSettings s) => s.Bool("ceil_mode", false);

    private static bool Counts(LayerSettings s) => s.Bool("count_include_pad", true);

    // TorchSharp's have no second result.
    private static T Single<T>(LayerSettings s, T pool)
    {
        s.Only("return_indices", false);
        return pool;
    }

    private static long[]? One(long? number) => number is { } value ? [value] : null;

    private static PyTuple Tuple(long[] numbers) => LayerAttributes.Tuple(numbers);

    // PyTorch's constructor puts the kernel's size where no stride is given.
    private static PyTuple Stride(long[] kernel, long[]? stride) => Tuple(stride is { Length: > 0 } ? stride : kernel);

    private static PyTuple Or(long[] kernel, long[]? numbers, long otherwise) =>
        Tuple(numbers is { Length: > 0 } ? numbers : [.. kernel.Select(_ => otherwise)]);

    private static void WriteOutput(LayerAttributes a, long[] size) => a["output_size"] = Tuple(size);

    private static void WriteMax(LayerAttributes a, PyValue size)
    {
        a["output_size"] = size;
        a["return_indices"] = false;
    }

    private static void WriteAverage(LayerAttributes a, long[] kernel, long[]? stride, long[]? padding, bool ceil, bool counts)
    {
        a["kernel_size"] = Tuple(kernel);
        a["stride"] = Stride(kernel, stride);
        a["padding"] = Or(kernel, padding, 0);
        a["ceil_mode"] = ceil;
        a["count_include_pad"] = counts;
    }

    private static void WriteFractional(LayerAttributes a, long[] kernel, long[]? size, double[]? ratio)
    {
        a["kernel_size"] = Tuple(kernel);
        a["return_indices"] = false;
        a["output_size"] = size is { Length: > 0 } ? Tuple(size) : PyNone.Value;
        a["output_ratio"] = ratio is { Length: > 0 } ? new PyTuple(ratio.Select(number => (PyValue)number).ToArray().AsSpan()) : PyNone.Value;
        a.NameBuffers("_random_samples");
    }

    private static void WriteLp(LayerAttributes a, double norm, PyValue kernel, PyValue stride, bool ceil)
    {
        a["norm_type"] = norm;
        a["kernel_size"] = kernel;
        a["stride"] = stride;
        a["ceil_mode"] = ceil;
    }

    private static void WriteMaxPool(LayerAttributes a, long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil)
    {
        a["kernel_size"] = Tuple(kernel);
        a["stride"] = Stride(kernel, stride);
        a["padding"] = Or(kernel, padding, 0);
        a["dilation"] = Or(kernel, dilation, 1);
        a["return_indices"] = false;
        a["ceil_mode"] = ceil;
    }

    private static void WriteUnpool(LayerAttributes a, long[] kernel, long[]? stride, long[]? padding)
    {
        a["kernel_size"] = Tuple(kernel);
        a["stride"] = Stride(kernel, stride);
        a["padding"] = Or(kernel, padding, 0);
    }
}
