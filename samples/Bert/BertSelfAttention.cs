using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Bert;

/// <summary>Each word takes values of the others, as far as their keys match its query; in several heads beside each other.</summary>
internal sealed class BertSelfAttention : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly int _heads;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;

    internal BertSelfAttention(BertConfig config)
        : base(nameof(BertSelfAttention))
    {
        _heads = config.Heads;
        query = nn.Linear(config.Width, config.Width);
        key = nn.Linear(config.Width, config.Width);
        value = nn.Linear(config.Width, config.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor bias) =>
        nn.functional.scaled_dot_product_attention(Heads(query, hidden), Heads(key, hidden), Heads(value, hidden), bias)
            .transpose(1, 2).reshape(hidden.shape);

    // [batch, words, width] to [batch, heads, words, width of a head].
    private Tensor Heads(Linear layer, Tensor hidden) =>
        layer.forward(hidden).reshape(hidden.shape[0], hidden.shape[1], _heads, -1).transpose(1, 2);
}
