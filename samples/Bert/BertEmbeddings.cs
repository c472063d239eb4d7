using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Bert;

/// <summary>A vector for each word, for its position, and for its kind of sentence.</summary>
internal sealed class BertEmbeddings : nn.Module<Tensor, Tensor>
{
    private readonly Embedding word_embeddings;
    private readonly Embedding position_embeddings;
    private readonly Embedding token_type_embeddings;
    private readonly LayerNorm LayerNorm;

    internal BertEmbeddings(BertConfig config)
        : base(nameof(BertEmbeddings))
    {
        word_embeddings = nn.Embedding(config.Words, config.Width, padding_idx: 0);
        position_embeddings = nn.Embedding(config.Positions, config.Width);
        token_type_embeddings = nn.Embedding(config.Types, config.Width);
        LayerNorm = nn.LayerNorm(config.Width, config.Epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor ids) => LayerNorm.forward(
        word_embeddings.forward(ids)
        + position_embeddings.forward(arange(ids.shape[1], device: ids.device))
        + token_type_embeddings.forward(zeros_like(ids)));
}
