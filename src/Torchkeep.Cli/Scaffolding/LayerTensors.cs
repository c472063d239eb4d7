using Torchkeep.Cli.Modules;

namespace Torchkeep.Cli.Scaffolding;

/// <summary>
/// The tensors that a layer of TorchSharp has by its settings, as PyTorch's class of the name has them where nothing was
/// changed: <c>weight_norm</c>, pruning, an exchanged or added parameter or a buffer set to None change that.
/// </summary>
internal static class LayerTensors
{
    private const string Prefix = "torch.nn.modules.";
    private const string BatchCount = "num_batches_tracked";

    /// <summary>Whether a module, with all under it, has the names and shapes that its settings lead to.</summary>
    internal static bool AreThoseOf(ModuleRecord module) => module.Walk().All(entry => HasItsOwn(entry.Module));

    private static bool HasItsOwn(ModuleRecord module)
    {
        var found = module.Parameters.Concat(module.Buffers.Where(entry => !module.NonPersistentBuffers.Contains(entry.Key)))
            .Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!.View.Shape.ToArray(), StringComparer.Ordinal);
        if (Expected(module) is not { } expected)
        {
            return false;
        }

        return found.Count == expected.Count && found.All(entry => expected.TryGetValue(entry.Key, out var shape) && shape.SequenceEqual(entry.Value));
    }

    // Null where a setting is none that can be read.
    private static Dictionary<string, long[]>? Expected(ModuleRecord module)
    {
        var tensors = new Dictionary<string, long[]>(StringComparer.Ordinal);
        var isRead = true;
        switch (module.ClassName.StartsWith(Prefix, StringComparison.Ordinal) ? module.ClassName[Prefix.Length..] : "")
        {
            case "linear.Linear" or "linear.NonDynamicallyQuantizableLinear" or "linear._LinearWithBias":
                Add("weight", Whole("out_features"), Whole("in_features"));
                AddIfThere("bias", Whole("out_features"));
                break;
            case "linear.Bilinear":
                Add("weight", Whole("out_features"), Whole("in1_features"), Whole("in2_features"));
                AddIfThere("bias", Whole("out_features"));
                break;
            case "conv.Conv1d" or "conv.Conv2d" or "conv.Conv3d":
                Add("weight", [Whole("out_channels"), Whole("in_channels") / Groups(), .. Sizes("kernel_size")]);
                AddIfThere("bias", Whole("out_channels"));
                break;
            case "conv.ConvTranspose1d" or "conv.ConvTranspose2d" or "conv.ConvTranspose3d":
                Add("weight", [Whole("in_channels"), Whole("out_channels") / Groups(), .. Sizes("kernel_size")]);
                AddIfThere("bias", Whole("out_channels"));
                break;
            case "batchnorm.BatchNorm1d" or "batchnorm.BatchNorm2d" or "batchnorm.BatchNorm3d":
                AddNorm(isAffine: Flag("affine", true), isTracked: Flag("track_running_stats", true));
                break;
            case "instancenorm.InstanceNorm1d" or "instancenorm.InstanceNorm2d" or "instancenorm.InstanceNorm3d":
                AddNorm(isAffine: Flag("affine", false), isTracked: Flag("track_running_stats", false));
                break;
            case "normalization.GroupNorm" when Flag("affine", true):
                Add("weight", Whole("num_channels"));
                Add("bias", Whole("num_channels"));
                break;
            case "normalization.LayerNorm" when Flag("elementwise_affine", true):
                Add("weight", Sizes("normalized_shape"));
                AddIfThere("bias", Sizes("normalized_shape"));
                break;
            case "sparse.Embedding" or "sparse.EmbeddingBag":
                Add("weight", Whole("num_embeddings"), Whole("embedding_dim"));
                break;
            case "activation.PReLU":
                Add("weight", Whole("num_parameters"));
                break;
            case "rnn.LSTM":
                AddLayers(gates: 4);
                break;
            case "rnn.GRU":
                AddLayers(gates: 3);
                break;
            case "rnn.RNN":
                AddLayers(gates: 1);
                break;
            case "rnn.LSTMCell":
                AddCell("", Whole("input_size"), gates: 4);
                break;
            case "rnn.GRUCell":
                AddCell("", Whole("input_size"), gates: 3);
                break;
            case "rnn.RNNCell":
                AddCell("", Whole("input_size"), gates: 1);
                break;
            case "activation.MultiheadAttention":
                AddAttention();
                break;
        }

        return isRead ? tensors : null;

        void Add(string name, params long[] shape) => tensors[name] = shape;

        // The factory has an argument for whether there is one.
        void AddIfThere(string name, params long[] shape)
        {
            if (module.Parameters.GetValueOrDefault(name) is not null)
            {
                Add(name, shape);
            }
        }

        void AddNorm(bool isAffine, bool isTracked)
        {
            if (isAffine)
            {
                Add("weight", Whole("num_features"));
                Add("bias", Whole("num_features"));
            }

            if (isTracked)
            {
                Add("running_mean", Whole("num_features"));
                Add("running_var", Whole("num_features"));

                // PyTorch before 0.4.1 had no such buffer, which a load then does not miss; one that is None is missed.
                if (module.Buffers.ContainsKey(BatchCount))
                {
                    Add(BatchCount);
                }
            }
        }

        void AddLayers(int gates)
        {
            string[] directions = Flag("bidirectional", false) ? ["", "_reverse"] : [""];
            for (var layer = 0L; layer < Math.Min(Whole("num_layers"), module.Parameters.Count); layer++)
            {
                foreach (var direction in directions)
                {
                    AddCell($"_l{layer}{direction}", layer == 0 ? Whole("input_size") : Whole("hidden_size") * directions.Length, gates);
                }
            }
        }

        void AddCell(string suffix, long input, int gates)
        {
            Add($"weight_ih{suffix}", gates * Whole("hidden_size"), input);
            Add($"weight_hh{suffix}", gates * Whole("hidden_size"), Whole("hidden_size"));
            if (Flag("bias", true))
            {
                Add($"bias_ih{suffix}", gates * Whole("hidden_size"));
                Add($"bias_hh{suffix}", gates * Whole("hidden_size"));
            }
        }

        void AddAttention()
        {
            var width = Whole("embed_dim");
            if (module.Parameters.GetValueOrDefault("in_proj_weight") is not null)
            {
                Add("in_proj_weight", 3 * width, width);
            }
            else
            {
                Add("q_proj_weight", width, width);
                Add("k_proj_weight", width, Whole("kdim"));
                Add("v_proj_weight", width, Whole("vdim"));
            }

            AddIfThere("in_proj_bias", 3 * width);
            if (module.Parameters.GetValueOrDefault("bias_k") is not null)
            {
                Add("bias_k", 1, 1, width);
                Add("bias_v", 1, 1, width);
            }

            // One argument is for both.
            isRead &= (module.Parameters.GetValueOrDefault("in_proj_bias") is null) == (module.Children.GetValueOrDefault("out_proj")?.Parameters.GetValueOrDefault("bias") is null);
        }

        long Groups() => module.Settings.ContainsKey("groups") ? Math.Max(Whole("groups"), 1) : 1;

        long Whole(string setting)
        {
            if (module.Settings.GetValueOrDefault(setting) is PyInt number && number.TryGetInt64(out var value))
            {
                return value;
            }

            isRead = false;
            return 0;
        }

        bool Flag(string setting, bool otherwise) => module.Settings.GetValueOrDefault(setting) is PyBool { Value: var value } ? value : otherwise;

        long[] Sizes(string setting)
        {
            var items = PythonText.ItemsOf(module.Settings.GetValueOrDefault(setting)) ?? [];
            isRead &= items.Count > 0 && items.All(item => item is PyInt number && number.TryGetInt64(out _));
            return isRead ? [.. items.Select(item => item.AsInt64())] : [];
        }
    }
}
