using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Bert;

/// <summary>BertModel of transformers. The names of all fields are those of the Python classes, and so of the file.</summary>
internal sealed class BertModel : nn.Module<Tensor, Tensor, (Tensor Hidden, Tensor Pooled)>
{
    private readonly BertEmbeddings embeddings;
    private readonly BertEncoder encoder;
    private readonly Sequential pooler;

    internal BertModel(BertConfig config)
        : base(nameof(BertModel))
    {
        embeddings = new(config);
        encoder = new(config);
        pooler = nn.Sequential(("dense", nn.Linear(config.Width, config.Width)), ("activation", nn.Tanh()));
        RegisterComponents();
    }

    public override (Tensor Hidden, Tensor Pooled) forward(Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();

        // Where the mask is 0 the attention gets a very small number before its softmax.
        var bias = (1 - mask.to(float32)).unsqueeze(1).unsqueeze(1) * float.MinValue;
        var hidden = encoder.forward(embeddings.forward(ids), bias);
        return (hidden.MoveToOuterDisposeScope(), pooler.forward(hidden.select(1, 0)).MoveToOuterDisposeScope());
    }
}
