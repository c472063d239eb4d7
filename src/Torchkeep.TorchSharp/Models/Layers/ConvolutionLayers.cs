using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>torch/nn/modules/conv.py.</summary>
internal static class ConvolutionLayers
{
    private static readonly Dictionary<string, PaddingModes> _paddingModes = new(StringComparer.Ordinal)
    {
        ["zeros"] = PaddingModes.Zeros,
        ["reflect"] = PaddingModes.Reflect,
        ["replicate"] = PaddingModes.Replicate,
        ["circular"] = PaddingModes.Circular,
    };

    internal static readonly Layer[] Rows =
    [
        Layer.Of<Conv1d>("conv.Conv1d", s => Convolution(s, 1, Conv1), Write),
        Layer.Of<Conv2d>("conv.Conv2d", s => Convolution(s, 2, Conv2), Write),
        Layer.Of<Conv3d>("conv.Conv3d", s => Convolution(s, 3, Conv3), Write),
        Layer.Of<ConvTranspose1d>("conv.ConvTranspose1d", s => Convolution(s, 1, Transpose1), Write),
        Layer.Of<ConvTranspose2d>("conv.ConvTranspose2d", s => Convolution(s, 2, Transpose2), Write),
        Layer.Of<ConvTranspose3d>("conv.ConvTranspose3d", s => Convolution(s, 3, Transpose3), Write),
    ];

    private sealed record Settings(
        long In, long Out, long[] Kernel, long[] Stride, long[] Padding, Padding? Named, long[] Dilation, long[] OutputPadding, PaddingModes Mode, long Groups, bool Bias);

    private static T Convolution<T>(LayerSettings s, int dimensions, Func<Settings, T> make)
    {
        var mode = s.Text("padding_mode", "zeros");
        if (!_paddingModes.TryGetValue(mode, out var paddingMode))
        {
            throw s.Lacking("padding_mode", mode);
        }

        Padding? named = null;
        if (s.Saved.Record.Settings.GetValueOrDefault("padding") is PyString)
        {
            named = s.Text("padding") switch
            {
                "same" => Padding.Same,
                "valid" => Padding.Valid,
                var other => throw s.Lacking("padding", other),
            };
        }

        var (inputs, outputs, groups, kernel) = (s.Int("in_channels"), s.Int("out_channels"), s.Int("groups"), s.Ints("kernel_size", dimensions));
        if (groups < 1)
        {
            throw s.Lacking("groups", groups);
        }

        // A transposed one has its inputs first.
        s.Expect("weight", s.Bool("transposed") ? [inputs, outputs / groups, .. kernel] : [outputs, inputs / groups, .. kernel]);
        return make(new(
            inputs,
            outputs,
            kernel,
            s.Ints("stride", dimensions),
            named is null ? s.Ints("padding", dimensions) : new long[dimensions],
            named,
            s.Ints("dilation", dimensions),
            s.Ints("output_padding", dimensions, 0),
            paddingMode,
            groups,
            s.HasParameter("bias")));
    }

    private static Conv1d Conv1(Settings s) => s.Named is { } named
        ? nn.Conv1d(s.In, s.Out, s.Kernel[0], named, s.Stride[0], s.Dilation[0], s.Mode, s.Groups, s.Bias)
        : nn.Conv1d(s.In, s.Out, s.Kernel[0], s.Stride[0], s.Padding[0], s.Dilation[0], s.Mode, s.Groups, s.Bias);

    private static Conv2d Conv2(Settings s) => s.Named is { } named
        ? nn.Conv2d(s.In, s.Out, Pair(s.Kernel), named, Pair(s.Stride), Pair(s.Dilation), s.Mode, s.Groups, s.Bias)
        : nn.Conv2d(s.In, s.Out, Pair(s.Kernel), Pair(s.Stride), Pair(s.Padding), Pair(s.Dilation), s.Mode, s.Groups, s.Bias);

    private static Conv3d Conv3(Settings s) => s.Named is { } named
        ? nn.Conv3d(s.In, s.Out, Triple(s.Kernel), named, Triple(s.Stride), Triple(s.Dilation), s.Mode, s.Groups, s.Bias)
        : nn.Conv3d(s.In, s.Out, Triple(s.Kernel), Triple(s.Stride), Triple(s.Padding), Triple(s.Dilation), s.Mode, s.Groups, s.Bias);

    private static ConvTranspose1d Transpose1(Settings s) =>
        nn.ConvTranspose1d(s.In, s.Out, s.Kernel[0], s.Stride[0], s.Padding[0], s.OutputPadding[0], s.Dilation[0], s.Mode, s.Groups, s.Bias);

    private static ConvTranspose2d Transpose2(Settings s) =>
        nn.ConvTranspose2d(s.In, s.Out, Pair(s.Kernel), Pair(s.Stride), Pair(s.Padding), Pair(s.OutputPadding), Pair(s.Dilation), s.Mode, s.Groups, s.Bias);

    private static ConvTranspose3d Transpose3(Settings s) =>
        nn.ConvTranspose3d(s.In, s.Out, Triple(s.Kernel), Triple(s.Stride), Triple(s.Padding), Triple(s.OutputPadding), Triple(s.Dilation), s.Mode, s.Groups, s.Bias);

    private static (long, long) Pair(long[] numbers) => (numbers[0], numbers[1]);

    private static (long, long, long) Triple(long[] numbers) => (numbers[0], numbers[1], numbers[2]);

    private static void Write(Convolution m, LayerAttributes a)
    {
        var transposed = m is ConvolutionTranspose;
        var dimensions = m.kernel_size.Length;
        var padding = m.padding_type is null ? m.padding : new long[dimensions];
        a["in_channels"] = m.in_channels;
        a["out_channels"] = m.out_channels;
        a["kernel_size"] = LayerAttributes.Tuple(m.kernel_size);
        a["stride"] = LayerAttributes.Tuple(m.stride);
        a["padding"] = m.padding_type switch
        {
            Padding.Same => "same",
            Padding.Valid => "valid",
            _ => LayerAttributes.Tuple(padding),
        };
        a["dilation"] = LayerAttributes.Tuple(m.dilation);
        a["transposed"] = transposed;
        a["output_padding"] = LayerAttributes.Tuple(m.output_padding ?? new long[dimensions]);
        a["groups"] = m.groups;
        a["padding_mode"] = _paddingModes.Single(row => row.Value == m.padding_mode).Key;
        a["_reversed_padding_repeated_twice"] = m.padding_type == Padding.Same
            ? new PyList(SamePadding(m).Select(number => (PyValue)number))
            : LayerAttributes.Tuple([.. padding!.AsEnumerable().Reverse().SelectMany(number => new[] { number, number })]);
        a.Name("weight", "bias");
    }

    // conv.py, _ConvNd.__init__: what padding='same' comes to, last dimension first.
    private static IEnumerable<long> SamePadding(Convolution m)
    {
        for (var i = m.kernel_size.Length - 1; i >= 0; i--)
        {
            var total = m.dilation[i] * (m.kernel_size[i] - 1);
            yield return total / 2;
            yield return total - (total / 2);
        }
    }
}
