using System.Globalization;
using System.Text;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>Names and literals in C#.</summary>
internal static class CodeText
{
    // Keywords that a name may not be without an @; those that are no keywords everywhere are none here.
    private static readonly HashSet<string> _keywords =
    [
        .. ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally "
            + "fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public "
            + "readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using "
            + "virtual void volatile while").Split(' '),
    ];

    // What nn.Module has, and what the code says by its bare name.
    private static readonly HashSet<string> _taken =
    [
        .. ("add_module apply buffers call children ClearModules Create Dispose Equals eval Finalize forward GetHashCode GetName GetType has_buffer has_parameter load "
            + "load_state_dict modules name named_buffers named_children named_modules named_parameters parameters post_hooks pre_hooks ReferenceEquals register_buffer "
            + "register_forward_hook register_forward_pre_hook register_module register_parameter RegisterComponents save save_state_dict state_dict ToString train training "
            + "zero_grad to get_buffer get_parameter get_submodule cpu cuda half nn torch zeros Tensor ScalarType Parameter System input _to _toEpilog "
            + "_deviceIndex _deviceType BoxedModule").Split(' '),
    ];

    /// <summary>Types that generated code speaks of: TorchSharp's layers and others.</summary>
    internal static readonly IReadOnlyList<string> ReservedTypes =
    [
        .. ("AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d"
            + " AvgPool3d BCELoss BCEWithLogitsLoss BatchNorm1d BatchNorm2d BatchNorm3d Bilinear CELU CTCLoss ChannelShuffle ConstantPad1d ConstantPad2d"
            + " ConstantPad3d Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d CosineEmbeddingLoss CosineSimilarity CrossEntropyLoss"
            + " Dropout Dropout1d Dropout2d Dropout3d ELU Embedding EmbeddingBag FeatureAlphaDropout Flatten Fold FractionalMaxPool2d FractionalMaxPool3d"
            + " GELU GLU GRU GRUCell GaussianNLLLoss GroupNorm Hardshrink Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss HuberLoss Identity"
            + " InstanceNorm1d InstanceNorm2d InstanceNorm3d KLDivLoss L1Loss LPPool1d LPPool2d LSTM LSTMCell LayerNorm LeakyReLU Linear LocalResponseNorm"
            + " LogSigmoid LogSoftmax MSELoss MarginRankingLoss MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d Mish ModuleDict ModuleList"
            + " MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss MultiheadAttention NLLLoss PReLU PairwiseDistance ParameterDict ParameterList"
            + " PixelShuffle PixelUnshuffle PoissonNLLLoss RNN RNNCell RReLU ReLU ReLU6 ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d"
            + " ReplicationPad2d ReplicationPad3d SELU Sequential SiLU Sigmoid SmoothL1Loss SoftMarginLoss Softmax Softmax2d Softmin Softplus Softshrink"
            + " Softsign Tanh Tanhshrink Threshold Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer"
            + " TripletMarginLoss TripletMarginWithDistanceLoss Unflatten Unfold Upsample ZeroPad2d Module Tensor Parameter Size Storage Device Generator"
            + " ScalarType System TorchSharp Torchkeep UpsampleMode PaddingModes Padding EmbeddingBagMode PythonClass ComponentName Optimizer Convolution"
            + " BatchNorm InstanceNorm NormBase Loss torch nn Reduction Activations NonLinearities").Split(' '),
    ];

    private static readonly Dictionary<ElementType, string> _scalarTypes = new()
    {
        [ElementType.UInt8] = "Byte",
        [ElementType.Int8] = "Int8",
        [ElementType.Int16] = "Int16",
        [ElementType.Int32] = "Int32",
        [ElementType.Int64] = "Int64",
        [ElementType.Float16] = "Float16",
        [ElementType.Float32] = "Float32",
        [ElementType.Float64] = "Float64",
        [ElementType.Complex64] = "ComplexFloat32",
        [ElementType.Complex128] = "ComplexFloat64",
        [ElementType.Bool] = "Bool",
        [ElementType.BFloat16] = "BFloat16",
    };

    /// <summary>A name that C# takes, as like the other as can be.</summary>
    internal static string Identifier(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }

        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
        {
            text.Insert(0, '_');
        }

        var identifier = text.ToString();
        return _taken.Contains(identifier) ? $"{identifier}_" : identifier;
    }

    /// <summary>The same as it is written.</summary>
    internal static string Escaped(string identifier) => _keywords.Contains(identifier) ? $"@{identifier}" : identifier;

    internal static string Unique(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var i = 2; !taken.Add(unique); i++)
        {
            unique = $"{name}{i}";
        }

        return unique;
    }

    internal static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var letter in text)
        {
            literal.Append(letter is '"' or '\\' ? $"\\{letter}" : letter is >= ' ' and <= '~' ? $"{letter}" : $"\\u{(int)letter:x4}");
        }

        return literal.Append('"').ToString();
    }

    internal static string Literal(double number) =>
        double.IsPositiveInfinity(number) ? "double.PositiveInfinity"
        : double.IsNegativeInfinity(number) ? "double.NegativeInfinity"
        : double.IsNaN(number) ? "double.NaN"
        : number.ToString("R", CultureInfo.InvariantCulture);

    internal static string Literal(bool truth) => truth ? "true" : "false";

    internal static string Literal(long number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string Numbers(IEnumerable<long> numbers) => $"[{string.Join(", ", numbers.Select(Literal))}]";

    /// <summary>TorchSharp's name of an element type, or null where it has none.</summary>
    internal static string? ScalarType(ElementType type) => _scalarTypes.GetValueOrDefault(type);
}
