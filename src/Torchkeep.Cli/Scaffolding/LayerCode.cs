using Torchkeep.Cli.Modules;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>Code for PyTorch's own layers: by a row, or, where one factory makes several modules, of what they have in common.</summary>
internal static class LayerCode
{
    private const string Prefix = "torch.nn.modules.";

    private const string AttentionArguments = "embed_dim, num_heads, dropout=dropout.:0, bias=in_proj_bias?:true, add_bias_kv=bias_k?:false, add_zero_attn=add_zero_attn!:false";

    private static readonly LayerRow _attention = new("MultiheadAttention", AttentionArguments, IsPlain: false, Lacking: "batch_first:False");
    private static readonly LayerRow _attentionOfThree = new(
        "MultiheadAttention", $"{AttentionArguments}, kdim=kdim, vdim=vdim", IsPlain: false, Lacking: "batch_first:False");

    // Behind Upsample's mode, for how many dimensions it is; nearest is for any.
    private static readonly Dictionary<string, (string Member, int Dimensions)> _upsampling = new(StringComparer.Ordinal)
    {
        ["nearest"] = ("Nearest", 2),
        ["linear"] = ("Linear", 1),
        ["bilinear"] = ("Bilinear", 2),
        ["bicubic"] = ("Bicubic", 2),
        ["trilinear"] = ("Trilinear", 3),
    };

    /// <summary>The call that makes a module with the same tensors, or null where TorchSharp has none.</summary>
    internal static CodeExpression? TryMake(ModuleRecord module)
    {
        if (!module.ClassName.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        return module.ClassName[Prefix.Length..] switch
        {
            "activation.MultiheadAttention" => Attention(module),
            "transformer.TransformerEncoderLayer" => TransformerLayer(module, isDecoder: false),
            "transformer.TransformerDecoderLayer" => TransformerLayer(module, isDecoder: true),
            "transformer.TransformerEncoder" => Stack(module, isDecoder: false, hasNorm: false),
            "transformer.TransformerDecoder" => Stack(module, isDecoder: true, hasNorm: false),
            "transformer.Transformer" => Transformer(module),
            "upsampling.Upsample" or "upsampling.UpsamplingNearest2d" or "upsampling.UpsamplingBilinear2d" => Upsample(module),
            _ => module.Children.Count == 0 && LayerRows.ByClass.TryGetValue(module.ClassName, out var row) ? row.Call(module) : null,
        };
    }

    private static LayerExpression? Attention(ModuleRecord module) =>
        module.Children is { Count: 1 } && Is(module, "out_proj", "linear.NonDynamicallyQuantizableLinear", "linear._LinearWithBias", "linear.Linear")
            ? (Has(module, "in_proj_weight") ? _attention : _attentionOfThree).Call(module)
            : null;

    private static LayerExpression? TransformerLayer(ModuleRecord module, bool isDecoder)
    {
        string[] norms = isDecoder ? ["norm1", "norm2", "norm3"] : ["norm1", "norm2"];
        if (!Is(module, "self_attn", "activation.MultiheadAttention") || (isDecoder && !Is(module, "multihead_attn", "activation.MultiheadAttention"))
            || !Is(module, "linear1", "linear.Linear") || !Is(module, "linear2", "linear.Linear") || !norms.All(norm => Is(module, norm, "normalization.LayerNorm"))
            || !Has(module.Children["self_attn"]!, "in_proj_weight", "in_proj_bias") || Has(module.Children["self_attn"]!, "bias_k")
            || !norms.Append("linear1").Append("linear2").All(name => Has(module.Children[name]!, "weight", "bias")))
        {
            return null;
        }

        var (attention, first) = (module.Children["self_attn"]!, module.Children["linear1"]!);
        var activation = Activation(module);
        if (Whole(first, "in_features") is not { } width || Whole(attention, "num_heads") is not { } heads || Whole(first, "out_features") is not { } feedforward)
        {
            return null;
        }

        List<string> notes = activation is null ? ["the file has another activation than relu and gelu"] : [];
        notes.AddRange(new[] { (attention, "batch_first", "False"), (module, "norm_first", "False"), (module.Children["norm1"]!, "eps", "1e-05") }
            .Where(lacking => lacking.Item1.Settings.GetValueOrDefault(lacking.Item2) is { } found && PythonText.Str(found) != lacking.Item3)
            .Select(lacking => $"the file has {lacking.Item2}={PythonText.Repr(lacking.Item1.Settings[lacking.Item2])}, and TorchSharp's class has no such setting"));
        return new(
            module.Name,
            isPlain: !isDecoder,
            [
                (null, new("d_model", "long", CodeText.Literal(width))),
                (null, new("nhead", "long", CodeText.Literal(heads))),
                (null, new("dim_feedforward", "long", CodeText.Literal(feedforward), "2048")),
                ("dropout", new("dropout", "double", Dropout(attention), "0.1")),
                ("activation", new("activation", "nn.Activations", activation ?? "nn.Activations.ReLU", "nn.Activations.ReLU")),
            ],
            notes);
    }

    private static StackExpression? Stack(ModuleRecord module, bool isDecoder, bool hasNorm)
    {
        if (module.Children.GetValueOrDefault("layers") is not { ClassName: $"{Prefix}container.ModuleList" } list
            || (module.Children.GetValueOrDefault("norm") is { } norm) != hasNorm || (hasNorm && !Has(module.Children["norm"]!, "weight", "bias")))
        {
            return null;
        }

        var layers = list.Children.Values
            .Select(layer => layer is { ClassName: var name } && name == $"{Prefix}transformer.Transformer{(isDecoder ? "Decoder" : "Encoder")}Layer" ? TransformerLayer(layer, isDecoder) : null)
            .ToList();
        return layers is [{ } first, ..] && layers.All(layer => layer is not null && layer.Slots.SequenceEqual(first.Slots)) ? new(module.Name, first, layers.Count) : null;
    }

    private static LayerExpression? Transformer(ModuleRecord module)
    {
        if (!Is(module, "encoder", "transformer.TransformerEncoder") || !Is(module, "decoder", "transformer.TransformerDecoder")
            || Stack(module.Children["encoder"]!, isDecoder: false, hasNorm: true) is not { } encoder
            || Stack(module.Children["decoder"]!, isDecoder: true, hasNorm: true) is not { } decoder
            || !encoder.Slots.SkipLast(1).SequenceEqual(decoder.Slots.SkipLast(1)))
        {
            return null;
        }

        var slots = encoder.Slots;
        return new(
            "Transformer",
            isPlain: false,
            [
                (null, slots[0]),
                (null, slots[1]),
                ("num_encoder_layers", slots[^1] with { Name = "num_encoder_layers", Default = "6" }),
                ("num_decoder_layers", decoder.Slots[^1] with { Name = "num_decoder_layers", Default = "6" }),
                ("dim_feedforward", slots[2]),
                ("dropout", slots[3]),
                ("activation", slots[4]),
            ],
            [.. encoder.Notes]);
    }

    private static LayerExpression? Upsample(ModuleRecord module)
    {
        if (module.Settings.GetValueOrDefault("mode") is not PyString text || !_upsampling.TryGetValue(text.Value, out var mode))
        {
            return null;
        }

        var (size, factor) = (module.Settings.GetValueOrDefault("size") ?? PyNone.Value, module.Settings.GetValueOrDefault("scale_factor") ?? PyNone.Value);
        var isBySize = size is not PyNone;
        var numbers = PythonText.ItemsOf(isBySize ? size : factor) ?? [.. Enumerable.Repeat(isBySize ? size : factor, mode.Dimensions)];
        if (numbers.Any(number => number is not (PyInt or PyFloat)))
        {
            return null;
        }

        var literals = $"[{string.Join(", ", numbers.Select(number => isBySize ? CodeText.Literal(number.AsInt64()) : CodeText.Literal(number.AsDouble())))}]";
        var corners = module.Settings.GetValueOrDefault("align_corners") is PyBool { Value: var value } ? CodeText.Literal(value) : "null";
        return new(
            "Upsample",
            isPlain: true,
            [
                isBySize ? ("size", new("size", "long[]", literals)) : ("scale_factor", new("scale_factor", "double[]", literals)),
                ("mode", new("mode", "UpsampleMode", $"UpsampleMode.{mode.Member}", "UpsampleMode.Nearest")),
                ("align_corners", new("align_corners", "bool?", corners, "null")),
            ],
            text.Value == "nearest" && PythonText.ItemsOf(isBySize ? size : factor) is null ? ["for images; TorchSharp's class wants a number for each dimension"] : []);
    }

    private static string? Activation(ModuleRecord module) =>
        module.Children.GetValueOrDefault("activation") is { } layer
            ? layer.Name switch
            {
                "ReLU" => "nn.Activations.ReLU",
                "GELU" => "nn.Activations.GELU",
                _ => null,
            }
            : module.Settings.GetValueOrDefault("activation") switch
            {
                null or PyGlobal { Name: "relu" } => "nn.Activations.ReLU",
                PyGlobal { Name: "gelu" } => "nn.Activations.GELU",
                _ => null,
            };

    private static string Dropout(ModuleRecord attention) =>
        attention.Settings.GetValueOrDefault("dropout") is PyFloat or PyInt ? CodeText.Literal(attention.Settings["dropout"].AsDouble()) : "0.1";

    private static long? Whole(ModuleRecord module, string setting) =>
        module.Settings.GetValueOrDefault(setting) is PyInt number && number.TryGetInt64(out var value) ? value : null;

    private static bool Is(ModuleRecord module, string child, params ReadOnlySpan<string> classes)
    {
        foreach (var name in classes)
        {
            if (module.Children.GetValueOrDefault(child)?.ClassName == $"{Prefix}{name}")
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(ModuleRecord module, params ReadOnlySpan<string> parameters)
    {
        foreach (var name in parameters)
        {
            if (module.Parameters.GetValueOrDefault(name) is null)
            {
                return false;
            }
        }

        return true;
    }
}
