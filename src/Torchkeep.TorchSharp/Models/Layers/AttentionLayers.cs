using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>
/// torch/nn/modules/activation.py (MultiheadAttention) and transformer.py. TorchSharp has each in one native piece, which tells
/// its weights alone; heads, dropout and activation are what it was loaded with, or must be given.
/// </summary>
internal static class AttentionLayers
{
    private const double NormEps = 1e-5;
    private const string Attention = "activation.MultiheadAttention";
    private const string EncoderLayer = "transformer.TransformerEncoderLayer";
    private const string DecoderLayer = "transformer.TransformerDecoderLayer";
    private const string Encoder = "transformer.TransformerEncoder";
    private const string Decoder = "transformer.TransformerDecoder";

    // The functions under the names by which they are pickled, and the modules that do the same.
    private static readonly Dictionary<string, nn.Activations> _activations = new(StringComparer.Ordinal)
    {
        ["torch.nn.functional.relu"] = nn.Activations.ReLU,
        ["torch._C._nn.gelu"] = nn.Activations.GELU,
        ["torch.nn.functional.gelu"] = nn.Activations.GELU,
    };

    internal static readonly Layer[] Rows =
    [
        Layer.Of<MultiheadAttention>(Attention, whole: true, BuildAttention, (_, a) =>
            WriteAttention(a, a.Hidden("num_heads"), a.Hidden("dropout"), a.Hidden("add_zero_attn"))),
        Layer.Of<TransformerEncoderLayer>(EncoderLayer, whole: true, BuildEncoderLayer, (m, a) => WriteLayer(a, m.training, Shape(a))),
        Layer.Of<TransformerDecoderLayer>(DecoderLayer, whole: true, BuildDecoderLayer, (m, a) => WriteLayer(a, m.training, Shape(a))),
        Layer.Of<TransformerEncoder>(
            Encoder,
            whole: true,
            s =>
            {
                var (layer, count) = Stack(s, EncoderLayer, BuildEncoderLayer);
                using (layer)
                {
                    return nn.TransformerEncoder(layer, count);
                }
            },
            (m, a) => WriteStack(a, m.training, Shape(a), isEncoder: true)),
        Layer.Of<TransformerDecoder>(
            Decoder,
            whole: true,
            s =>
            {
                var (layer, count) = Stack(s, DecoderLayer, BuildDecoderLayer);
                using (layer)
                {
                    return nn.TransformerDecoder(layer, count);
                }
            },
            (m, a) => WriteStack(a, m.training, Shape(a), isEncoder: false)),
        Layer.Of<Transformer>("transformer.Transformer", whole: true, BuildTransformer, WriteTransformer),
    ];

    /// <summary>The settings that all parts of one transformer share.</summary>
    private sealed record LayerShape(long Width, long Heads, long Feedforward, double Dropout, string Activation)
    {
        internal nn.Activations Function => Activation == "relu" ? nn.Activations.ReLU : nn.Activations.GELU;
    }

    private static MultiheadAttention BuildAttention(LayerSettings s)
    {
        s.Accept("bias_k", "bias_v", "head_dim");
        s.Only("batch_first", false);
        var width = s.Int("embed_dim");
        var (kdim, vdim) = (s.Int("kdim", width), s.Int("vdim", width));
        Expect(s, width, kdim, vdim);
        return nn.MultiheadAttention(
            width,
            s.Hide("num_heads", s.Int("num_heads")),
            s.Hide("dropout", s.Double("dropout")),
            s.HasParameter("in_proj_bias"),
            s.HasParameter("bias_k"),
            s.Hide("add_zero_attn", s.Bool("add_zero_attn")),
            kdim == width && vdim == width ? null : kdim,
            kdim == width && vdim == width ? null : vdim);
    }

    private static void Expect(LayerSettings s, long width, long kdim, long vdim)
    {
        if (kdim == width && vdim == width)
        {
            s.Expect("in_proj_weight", checked(3 * width), width);
        }
        else
        {
            s.Expect("q_proj_weight", width, width);
            s.Expect("k_proj_weight", width, kdim);
            s.Expect("v_proj_weight", width, vdim);
        }
    }

    private static TransformerEncoderLayer BuildEncoderLayer(LayerSettings s)
    {
        var shape = Hide(s, ReadLayer(s, isDecoder: false));
        return nn.TransformerEncoderLayer(shape.Width, shape.Heads, shape.Feedforward, shape.Dropout, shape.Function);
    }

    private static TransformerDecoderLayer BuildDecoderLayer(LayerSettings s)
    {
        var shape = Hide(s, ReadLayer(s, isDecoder: true));
        return nn.TransformerDecoderLayer(shape.Width, shape.Heads, shape.Feedforward, shape.Dropout, shape.Function);
    }

    private static LayerShape Hide(LayerSettings s, LayerShape shape)
    {
        s.Hide("nhead", shape.Heads);
        s.Hide("dropout", shape.Dropout);
        s.Hide("activation", shape.Activation);
        return shape;
    }

    private static LayerShape ReadLayer(LayerSettings s, bool isDecoder)
    {
        s.Accept("activation_relu_or_gelu", "activation");
        s.Only("norm_first", false);
        var attention = s.Child("self_attn", Attention);
        attention.Only("batch_first", false);
        attention.Only("add_zero_attn", false);
        var first = s.Child("linear1", "linear.Linear");
        if (!first.HasParameter("bias"))
        {
            throw s.Lacking("bias", false);
        }

        _ = s.Child("linear2", "linear.Linear");
        string[] norms = isDecoder ? ["norm1", "norm2", "norm3"] : ["norm1", "norm2"];
        foreach (var norm in norms)
        {
            s.Child(norm, "normalization.LayerNorm").Only("eps", NormEps);
        }

        var (dropout, heads) = (attention.Double("dropout"), attention.Int("num_heads"));
        if (isDecoder)
        {
            var cross = s.Child("multihead_attn", Attention);
            cross.Only("batch_first", false);
            cross.Only("add_zero_attn", false);
            cross.Only("num_heads", heads);
            cross.Only("dropout", dropout);
        }

        foreach (var name in s.Saved.Record.Children.Keys.Where(name => name.StartsWith("dropout", StringComparison.Ordinal)))
        {
            s.Child(name, "dropout.Dropout").Only("p", dropout);
        }

        var (width, feedforward) = (first.Int("in_features"), first.Int("out_features"));
        first.Expect("weight", feedforward, width);
        Expect(attention, width, width, width);
        return new(width, heads, feedforward, dropout, Activation(s));
    }

    private static string Activation(LayerSettings s)
    {
        if (s.Saved.Record.Children.GetValueOrDefault("activation") is { } module)
        {
            return module.ClassName switch
            {
                Layer.Prefix + "activation.ReLU" => "relu",
                Layer.Prefix + "activation.GELU" when module.Settings.GetValueOrDefault("approximate") is null or PyString { Value: "none" } => "gelu",
                _ => throw s.Lacking("activation", module.ClassName),
            };
        }

        // Before 1.9 relu was left out of a pickle's mind (transformer.py, __setstate__).
        return s.Saved.Record.Settings.GetValueOrDefault("activation") switch
        {
            null => "relu",
            PyGlobal function when _activations.TryGetValue(function.ToString(), out var known) => known == nn.Activations.ReLU ? "relu" : "gelu",
            var other => throw s.Lacking("activation", other),
        };
    }

    private static (T Layer, long Count) Stack<T>(LayerSettings s, string className, Func<LayerSettings, T> build)
    {
        s.Accept("enable_nested_tensor", "use_nested_tensor", "mask_check");
        s.Only("norm", PyNone.Value);
        if (s.Saved.Record.Children.GetValueOrDefault("norm") is { } norm)
        {
            throw s.Lacking("norm", norm.ClassName);
        }

        var layers = LayersOf(s, className);
        s.Only("num_layers", layers.Count);
        var first = layers[0];
        var layer = build(first);
        foreach (var (name, value) in first.Hidden)
        {
            s.Hidden[name] = value;
        }

        return (layer, layers.Count);
    }

    // A stack is built of one layer, so all must be alike.
    private static List<LayerSettings> LayersOf(LayerSettings s, string className)
    {
        var list = s.Child("layers", "container.ModuleList");
        List<LayerSettings> layers = [.. list.Saved.Record.Children.Keys.Select(name => list.Child(name, className))];
        if (layers.Count == 0)
        {
            throw s.Lacking("num_layers", 0);
        }

        var shape = ReadLayer(layers[0], className == DecoderLayer);
        foreach (var layer in layers)
        {
            if (ReadLayer(layer, className == DecoderLayer) != shape)
            {
                throw layer.Lacking("layers that differ", layer.Saved.path);
            }
        }

        return layers;
    }

    private static Transformer BuildTransformer(LayerSettings s)
    {
        s.Only("batch_first", false);
        var (encoder, decoder) = (s.Child("encoder", Encoder), s.Child("decoder", Decoder));
        foreach (var part in new[] { encoder, decoder })
        {
            part.Child("norm", "normalization.LayerNorm").Only("eps", NormEps);
        }

        var (encoders, decoders) = (LayersOf(encoder, EncoderLayer), LayersOf(decoder, DecoderLayer));
        var shape = ReadLayer(encoders[0], isDecoder: false);
        if (ReadLayer(decoders[0], isDecoder: true) != shape)
        {
            throw s.Lacking("custom_decoder", decoder.Saved.class_name);
        }

        s.Accept("d_model", "nhead");
        Hide(s, shape);
        return nn.Transformer(shape.Width, shape.Heads, encoders.Count, decoders.Count, shape.Feedforward, shape.Dropout, shape.Function);
    }

    private static LayerShape Shape(LayerAttributes a)
    {
        var node = a.Node;
        foreach (var name in new[] { "encoder", "layers", "0" })
        {
            node = node.Children.GetValueOrDefault(name) ?? node;
        }

        var weight = node.Children["linear1"].Tensors["weight"].shape;
        return new(weight[1], a.Hidden("nhead").AsInt64(), weight[0], a.Hidden("dropout").AsDouble(), a.Hidden("activation").AsString());
    }

    private static void WriteAttention(LayerAttributes a, PyValue heads, PyValue dropout, PyValue addZero)
    {
        var width = a.Node.Children["out_proj"].Tensors["weight"].shape[0];
        var isPacked = a.Has("in_proj_weight");
        a["embed_dim"] = width;
        a["kdim"] = isPacked ? width : a.Shape("k_proj_weight")[1];
        a["vdim"] = isPacked ? width : a.Shape("v_proj_weight")[1];
        a["_qkv_same_embed_dim"] = isPacked;
        a["num_heads"] = heads;
        a["dropout"] = dropout;
        a["batch_first"] = false;
        a["head_dim"] = width / heads.AsInt64();
        a.Name("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_bias");
        if (a.Has("bias_k"))
        {
            a.Name("bias_k", "bias_v");
        }
        else
        {
            a["bias_k"] = PyNone.Value;
            a["bias_v"] = PyNone.Value;
        }

        a["add_zero_attn"] = addZero;
        a.Children["out_proj"] = Linear(a, "out_proj", "linear.NonDynamicallyQuantizableLinear", a.Module.training);
    }

    private static PyObject MakeAttention(LayerAttributes a, string name, LayerShape shape)
    {
        var part = a.Part(name);
        WriteAttention(part, shape.Heads, shape.Dropout, false);
        return part.Encoder.Finish(Layer.Prefix + Attention, part, part.Module.training);
    }

    private static PyObject Linear(LayerAttributes a, string name, string className, bool training)
    {
        var part = a.Part(name);
        part["in_features"] = part.Shape("weight")[1];
        part["out_features"] = part.Shape("weight")[0];
        part.Name("weight", "bias");
        return a.Encoder.Finish(Layer.Prefix + className, part, training);
    }

    private static PyObject Norm(LayerAttributes a, string name, bool training)
    {
        var part = a.Part(name);
        part["normalized_shape"] = LayerAttributes.Tuple(part.Shape("weight"));
        part["eps"] = NormEps;
        part["elementwise_affine"] = true;
        part.Name("weight", "bias");
        return a.Encoder.Finish(Layer.Prefix + "normalization.LayerNorm", part, training);
    }

    private static PyObject Dropout(LayerAttributes a, string name, LayerShape shape, bool training)
    {
        var part = a.Part(name);
        part["p"] = shape.Dropout;
        part["inplace"] = false;
        return a.Encoder.Finish(Layer.Prefix + "dropout.Dropout", part, training);
    }

    private static void WriteLayer(LayerAttributes a, bool training, LayerShape shape)
    {
        foreach (var name in a.Node.Children.Keys)
        {
            a.Children[name] = name switch
            {
                "self_attn" or "multihead_attn" => MakeAttention(a, name, shape),
                "linear1" or "linear2" => Linear(a, name, "linear.Linear", training),
                _ when name.StartsWith("norm", StringComparison.Ordinal) => Norm(a, name, training),
                _ => Dropout(a, name, shape, training),
            };
        }

        a["norm_first"] = false;
        if (!a.Node.Children.ContainsKey("multihead_attn"))
        {
            a["activation_relu_or_gelu"] = shape.Activation == "relu" ? 1 : 2;
        }

        a["activation"] = shape.Activation == "relu" ? new PyGlobal("torch.nn.functional", "relu") : new PyGlobal("torch._C._nn", "gelu");
    }

    private static void WriteStack(LayerAttributes a, bool training, LayerShape shape, bool isEncoder)
    {
        var list = a.Part("layers");
        foreach (var name in list.Node.Children.Keys)
        {
            var layer = list.Part(name);
            WriteLayer(layer, training, shape);
            list.Children[name] = a.Encoder.Finish(
                Layer.Prefix + (isEncoder ? EncoderLayer : DecoderLayer), layer, training);
        }

        a.Children["layers"] = a.Encoder.Finish(Layer.Prefix + "container.ModuleList", list, training);
        a["num_layers"] = list.Node.Children.Count;
        if (a.Node.Children.ContainsKey("norm"))
        {
            a.Children["norm"] = Norm(a, "norm", training);
        }
        else
        {
            a["norm"] = PyNone.Value;
        }

        if (isEncoder)
        {
            a["enable_nested_tensor"] = true;
            a["use_nested_tensor"] = false;
            a["mask_check"] = true;
        }
    }

    private static void WriteTransformer(Module module, LayerAttributes a)
    {
        var shape = Shape(a);
        foreach (var (name, isEncoder) in new[] { ("encoder", true), ("decoder", false) })
        {
            var part = a.Part(name);
            WriteStack(part, module.training, shape, isEncoder);
            a.Children[name] = a.Encoder.Finish(
                Layer.Prefix + (isEncoder ? Encoder : Decoder), part, module.training);
        }

        a["d_model"] = shape.Width;
        a["nhead"] = shape.Heads;
        a["batch_first"] = false;
    }
}
