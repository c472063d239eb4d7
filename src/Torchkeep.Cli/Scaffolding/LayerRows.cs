using System.Collections.Frozen;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>The factories of TorchSharp 0.107, by PyTorch's classes; those of several parts are in <see cref="LayerCode"/>.</summary>
internal static class LayerRows
{
    private const string Prefix = "torch.nn.modules.";
    private const string Inplace = "inplace=inplace!:false";
    private const string Reduction = "reduction=reduction#nn.Reduction:mean";
    private const string Norm = "num_features, eps=eps.:1e-5, momentum=momentum.:0.1";
    private const string Recurrent = "bias=bias!:true, batchFirst=batch_first!:false, dropout=dropout.:0, bidirectional=bidirectional!:false";
    private const string Ceil = "ceil_mode=ceil_mode!:false";
    private const string Counts = "count_include_pad=count_include_pad!:true";
    private const string Single = "return_indices:False";
    private const string Embedded = "norm_type=norm_type.:2, scale_grad_by_freq=scale_grad_by_freq!:false";

    internal static readonly FrozenDictionary<string, LayerRow> ByClass = new Dictionary<string, LayerRow>
    {
        ["linear.Identity"] = new("Identity", ""),
        ["linear.Linear"] = Linear,
        ["linear.NonDynamicallyQuantizableLinear"] = Linear,
        ["linear._LinearWithBias"] = Linear,
        ["linear.Bilinear"] = new("Bilinear", "in1_features, in2_features, out_features, hasBias=bias?:true", IsPlain: false, HasType: true),
        ["conv.Conv1d"] = Convolution("Conv1d", 1),
        ["conv.Conv2d"] = Convolution("Conv2d", 2),
        ["conv.Conv3d"] = Convolution("Conv3d", 3),
        ["conv.ConvTranspose1d"] = Transposed("ConvTranspose1d", 1),
        ["conv.ConvTranspose2d"] = Transposed("ConvTranspose2d", 2),
        ["conv.ConvTranspose3d"] = Transposed("ConvTranspose3d", 3),
        ["batchnorm.BatchNorm1d"] = BatchNorm("BatchNorm1d"),
        ["batchnorm.BatchNorm2d"] = BatchNorm("BatchNorm2d"),
        ["batchnorm.BatchNorm3d"] = BatchNorm("BatchNorm3d"),
        ["instancenorm.InstanceNorm1d"] = InstanceNorm("InstanceNorm1d"),
        ["instancenorm.InstanceNorm2d"] = InstanceNorm("InstanceNorm2d"),
        ["instancenorm.InstanceNorm3d"] = InstanceNorm("InstanceNorm3d"),
        ["normalization.GroupNorm"] = new("GroupNorm", "num_groups, num_channels, eps=eps.:1e-5, affine=affine!:true", HasType: true),
        ["normalization.LayerNorm"] = new("LayerNorm", "normalized_shape@, eps=eps.:1e-5, elementwise_affine=elementwise_affine!:true, bias=bias?:true", HasType: true),
        ["normalization.LocalResponseNorm"] = new("LocalResponseNorm", "size, alpha=alpha.:1e-4, beta=beta.:0.75, k=k.:1"),
        ["sparse.Embedding"] = new(
            "Embedding", $"num_embeddings, embedding_dim, padding_idx=padding_idx&:null, max_norm=max_norm.&:null, {Embedded}, sparse=sparse!:false", HasType: true),
        ["sparse.EmbeddingBag"] = new(
            "EmbeddingBag",
            $"num_embeddings, embedding_dim, max_norm=max_norm.&:null, {Embedded}, mode=mode#EmbeddingBagMode:mean, sparse=sparse!:false, "
                + "include_last_offset=include_last_offset!:false, padding_index=padding_idx-:-1",
            IsPlain: false,
            HasType: true),
        ["rnn.LSTM"] = new("LSTM", $"input_size, hidden_size, numLayers=num_layers:1, {Recurrent}", IsPlain: false, HasType: true),
        ["rnn.GRU"] = new("GRU", $"input_size, hidden_size, numLayers=num_layers:1, {Recurrent}", IsPlain: false, HasType: true),
        ["rnn.RNN"] = new(
            "RNN", $"input_size, hidden_size, numLayers=num_layers:1, nonLinearity=nonlinearity#nn.NonLinearities:tanh, {Recurrent}", IsPlain: false, HasType: true),
        ["rnn.LSTMCell"] = new("LSTMCell", "input_size, hidden_size, bias=bias!:true", IsPlain: false, HasType: true),
        ["rnn.GRUCell"] = new("GRUCell", "input_size, hidden_size, bias=bias!:true", IsPlain: false, HasType: true),
        ["rnn.RNNCell"] = new("RNNCell", "input_size, hidden_size, nonLinearity=nonlinearity#nn.NonLinearities:tanh, bias=bias!:true", IsPlain: false, HasType: true),
        ["activation.PReLU"] = new("PReLU", "num_parameters, init=init.:0.25", HasType: true),
        ["activation.CELU"] = new("CELU", $"alpha=alpha.:1, {Inplace}"),
        ["activation.ELU"] = new("ELU", $"alpha=alpha.:1, {Inplace}"),
        ["activation.GELU"] = new("GELU", "approximate=approximate#GELU.Approximate:none"),
        ["activation.GLU"] = new("GLU", "dim=dim:-1"),
        ["activation.Hardshrink"] = new("Hardshrink", "lambda=lambd.:0.5"),
        ["activation.Hardsigmoid"] = new("Hardsigmoid", Inplace),
        ["activation.Hardswish"] = new("Hardswish", Inplace),
        ["activation.Hardtanh"] = new(
            "Hardtanh", $"min_val=min_val.:-1, max_val=max_val.:1, {Inplace}", Note: "TorchSharp 0.107 returns the input unchanged unless inplace is true; clamp does what PyTorch's does"),
        ["activation.LeakyReLU"] = new("LeakyReLU", $"negative_slope=negative_slope.:0.01, {Inplace}"),
        ["activation.LogSigmoid"] = new("LogSigmoid", ""),
        ["activation.LogSoftmax"] = new("LogSoftmax", "dim"),
        ["activation.Mish"] = new("Mish", Inplace),
        ["activation.ReLU"] = new("ReLU", Inplace),
        ["activation.ReLU6"] = new("ReLU6", Inplace),
        ["activation.RReLU"] = new("RReLU", $"lower=lower., upper=upper., {Inplace}", Note: "TorchSharp 0.107 draws no slopes in training mode"),
        ["activation.SELU"] = new("SELU", Inplace),
        ["activation.SiLU"] = new("SiLU", Inplace),
        ["activation.Sigmoid"] = new("Sigmoid", ""),
        ["activation.Softmax"] = new("Softmax", "dim"),
        ["activation.Softmax2d"] = new("Softmax2d", ""),
        ["activation.Softmin"] = new("Softmin", "dim"),
        ["activation.Softplus"] = new("Softplus", "beta=beta.:1, threshold=threshold.:20"),
        ["activation.Softshrink"] = new("Softshrink", "lambda=lambd.:0.5"),
        ["activation.Softsign"] = new("Softsign", ""),
        ["activation.Tanh"] = new("Tanh", ""),
        ["activation.Tanhshrink"] = new("Tanhshrink", ""),
        ["activation.Threshold"] = new("Threshold", $"threshold., value., {Inplace}"),
        ["dropout.Dropout"] = Dropout("Dropout"),
        ["dropout.Dropout1d"] = Dropout("Dropout1d"),
        ["dropout.Dropout2d"] = Dropout("Dropout2d"),
        ["dropout.Dropout3d"] = Dropout("Dropout3d"),
        ["dropout.AlphaDropout"] = Dropout("AlphaDropout"),
        ["dropout.FeatureAlphaDropout"] = new("FeatureAlphaDropout", "p., inplace!"),
        ["pooling.AdaptiveAvgPool1d"] = new("AdaptiveAvgPool1d", "output_size~1"),
        ["pooling.AdaptiveAvgPool2d"] = new("AdaptiveAvgPool2d", "output_size~2"),
        ["pooling.AdaptiveAvgPool3d"] = new("AdaptiveAvgPool3d", "output_size~3"),
        ["pooling.AdaptiveMaxPool1d"] = new("AdaptiveMaxPool1d", "output_size~1", Lacking: Single),
        ["pooling.AdaptiveMaxPool2d"] = new("AdaptiveMaxPool2d", "output_size*2", Lacking: Single),
        ["pooling.AdaptiveMaxPool3d"] = new("AdaptiveMaxPool3d", "output_size*3", Lacking: Single, Note: "TorchSharp 0.107's forward fails"),
        ["pooling.AvgPool1d"] = new("AvgPool1d", $"kernel_size~1, stride=stride~1, padding=padding~1:0, {Ceil}, {Counts}"),
        ["pooling.AvgPool2d"] = new("AvgPool2d", $"kernel_size~2, stride=stride~2, padding=padding~2:0, {Ceil}, {Counts}, divisor_override=divisor_override&:null"),
        ["pooling.AvgPool3d"] = new("AvgPool3d", $"kernel_size~3, stride=stride~3, padding=padding~3:0, {Ceil}, {Counts}, divisor_override=divisor_override&:null"),
        ["pooling.FractionalMaxPool2d"] = new("FractionalMaxPool2d", "kernel_size~2, output_size=output_size~2", Lacking: Single),
        ["pooling.FractionalMaxPool3d"] = new("FractionalMaxPool3d", "kernel_size~3, output_size=output_size~3", Lacking: Single),
        ["pooling.LPPool1d"] = new("LPPool1d", $"norm_type., kernel_size@1, stride=stride@1:null, {Ceil}"),
        ["pooling.LPPool2d"] = new("LPPool2d", $"norm_type., kernel_size@2, stride=stride@2:null, {Ceil}"),
        ["pooling.MaxPool1d"] = MaxPool("MaxPool1d", 1),
        ["pooling.MaxPool2d"] = MaxPool("MaxPool2d", 2),
        ["pooling.MaxPool3d"] = MaxPool("MaxPool3d", 3),
        ["pooling.MaxUnpool1d"] = new("MaxUnpool1d", "kernel_size~1, stride=stride~1, padding=padding~1:0", IsPlain: false),
        ["pooling.MaxUnpool2d"] = new("MaxUnpool2d", "kernel_size~2, stride=stride~2, padding=padding~2:0", IsPlain: false),
        ["pooling.MaxUnpool3d"] = new("MaxUnpool3d", "kernel_size~3, stride=stride~3, padding=padding~3:0", IsPlain: false),
        ["padding.ConstantPad1d"] = new("ConstantPad1d", "padding~2, value."),
        ["padding.ConstantPad2d"] = new("ConstantPad2d", "padding~4, value."),
        ["padding.ConstantPad3d"] = new("ConstantPad3d", "padding~6, value."),
        ["padding.ReflectionPad1d"] = new("ReflectionPad1d", "padding~2"),
        ["padding.ReflectionPad2d"] = new("ReflectionPad2d", "padding~4"),
        ["padding.ReflectionPad3d"] = new("ReflectionPad3d", "padding~6"),
        ["padding.ReplicationPad1d"] = new("ReplicationPad1d", "padding~2"),
        ["padding.ReplicationPad2d"] = new("ReplicationPad2d", "padding~4"),
        ["padding.ReplicationPad3d"] = new("ReplicationPad3d", "padding~6"),
        ["padding.ZeroPad1d"] = new("ConstantPad1d", "padding~2, value."),
        ["padding.ZeroPad2d"] = new("ZeroPad2d", "padding~4"),
        ["padding.ZeroPad3d"] = new("ConstantPad3d", "padding~6, value."),
        ["channelshuffle.ChannelShuffle"] = new("ChannelShuffle", "groups"),
        ["flatten.Flatten"] = new("Flatten", "start_dim=start_dim:1, end_dim=end_dim:-1"),
        ["flatten.Unflatten"] = new("Unflatten", "dim, unflattened_size*"),
        ["fold.Fold"] = new("Fold", "output_size~2, kernel_size~2, dilation=dilation~2:1, padding=padding~2:0, stride=stride~2:1"),
        ["fold.Unfold"] = new("Unfold", "kernel_size~2, dilation=dilation~2:1, padding=padding~2:0, stride=stride~2:1"),
        ["pixelshuffle.PixelShuffle"] = new("PixelShuffle", "upscale_factor"),
        ["pixelshuffle.PixelUnshuffle"] = new("PixelUnshuffle", "downscale_factor"),
        ["distance.CosineSimilarity"] = new("CosineSimilarity", "dim=dim:1, eps=eps.:1e-8", IsPlain: false),
        ["distance.PairwiseDistance"] = new("PairwiseDistance", "p=norm.:2, eps=eps.:1e-6, keepdim=keepdim!:false", IsPlain: false),
        ["loss.BCELoss"] = new("BCELoss", Reduction, IsPlain: false),
        ["loss.BCEWithLogitsLoss"] = new("BCEWithLogitsLoss", Reduction, IsPlain: false),
        ["loss.CosineEmbeddingLoss"] = new("CosineEmbeddingLoss", $"margin=margin.:0, {Reduction}", IsPlain: false),
        ["loss.CrossEntropyLoss"] = new("CrossEntropyLoss", $"ignore_index=ignore_index:-100, {Reduction}", IsPlain: false, Lacking: "label_smoothing:0.0"),
        ["loss.CTCLoss"] = new("CTCLoss", $"blank=blank:0, zero_infinity=zero_infinity!:false, {Reduction}", IsPlain: false),
        ["loss.GaussianNLLLoss"] = new("GaussianNLLLoss", $"full=full!:false, {Reduction}", IsPlain: false, Lacking: "eps:1e-06", Note: "TorchSharp 0.107 comes to other numbers"),
        ["loss.HingeEmbeddingLoss"] = new("HingeEmbeddingLoss", $"margin=margin.:1, {Reduction}", IsPlain: false),
        ["loss.HuberLoss"] = new("HuberLoss", $"delta=delta.:1, {Reduction}", IsPlain: false),
        ["loss.KLDivLoss"] = new("KLDivLoss", $"log_target=log_target!:true, {Reduction}", IsPlain: false),
        ["loss.L1Loss"] = new("L1Loss", Reduction, IsPlain: false),
        ["loss.MarginRankingLoss"] = new("MarginRankingLoss", $"margin=margin.:0, {Reduction}", IsPlain: false),
        ["loss.MSELoss"] = new("MSELoss", Reduction, IsPlain: false),
        ["loss.MultiLabelMarginLoss"] = new("MultiLabelMarginLoss", Reduction, IsPlain: false),
        ["loss.MultiLabelSoftMarginLoss"] = new("MultiLabelSoftMarginLoss", Reduction, IsPlain: false),
        ["loss.MultiMarginLoss"] = new("MultiMarginLoss", $"p=p:1, margin=margin.:1, {Reduction}", IsPlain: false),
        ["loss.NLLLoss"] = new("NLLLoss", Reduction, IsPlain: false, Lacking: "ignore_index:-100"),
        ["loss.PoissonNLLLoss"] = new("PoissonNLLLoss", $"log_input=log_input!:true, full=full!:false, {Reduction}", IsPlain: false, Lacking: "eps:1e-08"),
        ["loss.SmoothL1Loss"] = new("SmoothL1Loss", $"{Reduction}, beta=beta.:1", IsPlain: false),
        ["loss.SoftMarginLoss"] = new("SoftMarginLoss", Reduction, IsPlain: false),
        ["loss.TripletMarginLoss"] = new("TripletMarginLoss", $"margin=margin.:1, p=p:2, eps=eps.:1e-6, swap=swap!:false, {Reduction}", IsPlain: false),
    }.ToFrozenDictionary(row => Prefix + row.Key, row => row.Value, StringComparer.Ordinal);

    private static LayerRow Linear => new("Linear", "in_features, out_features, hasBias=bias?:true", HasType: true);

    private static LayerRow Convolution(string type, int n) => new(
        type,
        $"in_channels, out_channels, kernel_size~{n}, stride=stride~{n}:1, padding=padding~{n}:0, dilation=dilation~{n}:1, "
            + "padding_mode=padding_mode#PaddingModes:zeros, groups=groups:1, bias=bias?:true",
        HasType: true);

    private static LayerRow Transposed(string type, int n) => new(
        type,
        $"in_channels, out_channels, kernel_size~{n}, stride=stride~{n}:1, padding=padding~{n}:0, output_padding=output_padding~{n}:0, dilation=dilation~{n}:1, "
            + "padding_mode=padding_mode#PaddingModes:zeros, groups=groups:1, bias=bias?:true",
        HasType: true);

    private static LayerRow BatchNorm(string type) => new(type, $"{Norm}, affine=affine!:true, track_running_stats=track_running_stats!:true", HasType: true);

    private static LayerRow InstanceNorm(string type) => new(type, $"{Norm}, affine=affine!:false, track_running_stats=track_running_stats!:false", HasType: true);

    private static LayerRow Dropout(string type) => new(type, $"p=p.:0.5, {Inplace}");

    private static LayerRow MaxPool(string type, int n) => new(
        type, $"kernel_size~{n}, stride=stride~{n}, padding=padding~{n}:0, dilation=dilation~{n}:1, {Ceil}", Lacking: Single);
}
