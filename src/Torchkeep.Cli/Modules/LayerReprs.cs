using System.Collections.Frozen;

namespace Torchkeep.Cli.Modules;

/// <summary>
/// What PyTorch 2.14 prints of its layers beside their names: <c>extra_repr</c> in torch/nn/modules. Layers that are not here
/// have none.
/// </summary>
internal static class LayerReprs
{
    private const string Prefix = "torch.nn.modules.";
    private const string Norm = "{num_features}, eps={eps}, momentum={momentum}, affine={affine}, bias={bias?}, track_running_stats={track_running_stats}";
    private const string Inplace = "[, inplace={inplace:False}]";

    private static readonly (string Module, string Classes, string Template)[] _rows =
    [
        ("linear", "Linear NonDynamicallyQuantizableLinear _LinearWithBias LazyLinear", "in_features={in_features}, out_features={out_features}, bias={bias?}"),
        ("linear", "Bilinear", "in1_features={in1_features}, in2_features={in2_features}, out_features={out_features}, bias={bias?}"),
        ("conv", "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
            "{in_channels}, {out_channels}, kernel_size={kernel_size}, stride={stride}[, padding={padding:0}][, dilation={dilation:1}]"
            + "[, output_padding={output_padding:0}][, groups={groups:1}][, bias={bias?:True}][, padding_mode={padding_mode:zeros}]"),
        ("batchnorm", "BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm", Norm),
        ("instancenorm", "InstanceNorm1d InstanceNorm2d InstanceNorm3d", Norm),
        ("normalization", "LocalResponseNorm CrossMapLRN2d", "{size}, alpha={alpha}, beta={beta}, k={k}"),
        ("normalization", "LayerNorm", "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}, bias={bias?}"),
        ("normalization", "RMSNorm", "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}"),
        ("normalization", "GroupNorm", "{num_groups}, {num_channels}, eps={eps}, affine={affine}, bias={bias?}"),
        ("sparse", "Embedding",
            "{num_embeddings}, {embedding_dim}[, padding_idx={padding_idx:None}][, max_norm={max_norm:None}][, norm_type={norm_type:2}]"
            + "[, scale_grad_by_freq={scale_grad_by_freq:False}][, sparse={sparse:False}]"),
        ("sparse", "EmbeddingBag",
            "{num_embeddings}, {embedding_dim}[, max_norm={max_norm:None}][, norm_type={norm_type:2}][, scale_grad_by_freq={scale_grad_by_freq:False}]"
            + ", mode={mode!r}[, padding_idx={padding_idx:None}]"),
        ("rnn", "RNN LSTM GRU",
            "{input_size}, {hidden_size}[, proj_size={proj_size:0}][, num_layers={num_layers:1}][, bias={bias:True}][, batch_first={batch_first:False}]"
            + "[, dropout={dropout:0}][, bidirectional={bidirectional:False}]"),
        ("rnn", "RNNCell LSTMCell GRUCell", "{input_size}, {hidden_size}[, bias={bias:True}][, nonlinearity={nonlinearity:tanh}]"),
        ("activation", "Threshold", "threshold={threshold}, value={value}" + Inplace),
        ("activation", "ReLU ReLU6 SiLU Mish SELU", "[inplace={inplace:False}]"),
        ("activation", "RReLU", "lower={lower}, upper={upper}" + Inplace),
        ("activation", "Hardtanh", "min_val={min_val}, max_val={max_val}" + Inplace),
        ("activation", "ELU CELU", "alpha={alpha}" + Inplace),
        ("activation", "LeakyReLU", "negative_slope={negative_slope}" + Inplace),
        ("activation", "GLU Softmin Softmax LogSoftmax", "dim={dim}"),
        ("activation", "GELU", "approximate={approximate!r}"),
        ("activation", "Hardshrink Softshrink", "{lambd}"),
        ("activation", "Softplus", "beta={beta}, threshold={threshold}"),
        ("activation", "PReLU", "num_parameters={num_parameters}"),
        ("channelshuffle", "ChannelShuffle", "groups={groups}"),
        ("dropout", "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout", "p={p}, inplace={inplace}"),
        ("flatten", "Flatten", "start_dim={start_dim}, end_dim={end_dim}"),
        ("flatten", "Unflatten", "dim={dim}, unflattened_size={unflattened_size}"),
        ("fold", "Fold", "output_size={output_size}, kernel_size={kernel_size}, dilation={dilation}, padding={padding}, stride={stride}"),
        ("fold", "Unfold", "kernel_size={kernel_size}, dilation={dilation}, padding={padding}, stride={stride}"),
        ("padding", "ConstantPad1d ConstantPad2d ConstantPad3d", "padding={padding}, value={value}"),
        ("padding",
            "CircularPad1d CircularPad2d CircularPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d "
            + "ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d",
            "{padding}"),
        ("pixelshuffle", "PixelShuffle", "upscale_factor={upscale_factor}"),
        ("pixelshuffle", "PixelUnshuffle", "downscale_factor={downscale_factor}"),
        ("pooling", "MaxPool1d MaxPool2d MaxPool3d", "kernel_size={kernel_size}, stride={stride}, padding={padding}, dilation={dilation}, ceil_mode={ceil_mode}"),
        ("pooling", "MaxUnpool1d MaxUnpool2d MaxUnpool3d AvgPool1d AvgPool2d AvgPool3d", "kernel_size={kernel_size}, stride={stride}, padding={padding}"),
        ("pooling", "LPPool1d LPPool2d LPPool3d", "norm_type={norm_type}, kernel_size={kernel_size}, stride={stride}, ceil_mode={ceil_mode}"),
        ("pooling",
            "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d", "output_size={output_size}"),
    ];

    private static readonly FrozenDictionary<string, ReprTemplate> _templates = _rows
        .SelectMany(row => row.Classes.Split(' ').Select(name => ($"{Prefix}{row.Module}.{name}", new ReprTemplate(row.Template))))
        .ToFrozenDictionary(entry => entry.Item1, entry => entry.Item2, StringComparer.Ordinal);

    // torch.typename of a tensor.
    private static readonly FrozenDictionary<ElementType, string> _oldTypes = new Dictionary<ElementType, string>
    {
        [ElementType.Float32] = "FloatTensor",
        [ElementType.Float64] = "DoubleTensor",
        [ElementType.Float16] = "HalfTensor",
        [ElementType.BFloat16] = "BFloat16Tensor",
        [ElementType.Complex64] = "ComplexFloatTensor",
        [ElementType.Complex128] = "ComplexDoubleTensor",
    }.ToFrozenDictionary();

    // Of two settings one is written.
    private static readonly ReprTemplate _upsampleByFactor = new("scale_factor={scale_factor!r}, mode={mode!r}");
    private static readonly ReprTemplate _upsampleBySize = new("size={size!r}, mode={mode!r}");

    /// <summary>The lines that a module prints before its children.</summary>
    internal static string[] Of(ModuleRecord module) => module.ClassName switch
    {
        $"{Prefix}container.ParameterList" or $"{Prefix}container.ParameterDict" => [.. Parameters(module)],
        $"{Prefix}upsampling.Upsample" or $"{Prefix}upsampling.UpsamplingNearest2d" or $"{Prefix}upsampling.UpsamplingBilinear2d" =>
            Lines((module.Settings.GetValueOrDefault("scale_factor") is null or PyNone ? _upsampleBySize : _upsampleByFactor).Of(module)),
        var name => _templates.TryGetValue(name, out var template) ? Lines(template.Of(module)) : [],
    };

    private static string[] Lines(string text) => text.Length == 0 ? [] : [text];

    // A list names the dtype, a dictionary the tensor's old type name.
    private static IEnumerable<string> Parameters(ModuleRecord module) =>
        from entry in module.Parameters
        where entry.Value is not null
        let view = entry.Value.View
        let size = string.Join('x', view.Shape)
        let device = view.Storage.Location.StartsWith("cuda", StringComparison.Ordinal) ? $" ({view.Storage.Location})" : ""
        let type = module.Name == "ParameterDict" ? $"torch.{(device.Length > 0 ? "cuda." : "")}{_oldTypes.GetValueOrDefault(view.ElementType, "Tensor")}" : ElementTypeInfo.Of(view.ElementType).ToString()
        select $"  ({entry.Key}): Parameter containing: [{type} of size {size}{device}]";
}
