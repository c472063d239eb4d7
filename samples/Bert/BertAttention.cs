using static TorchSharp.torch;

namespace Bert;

/// <summary>The attention of a layer, and what is done with its result.</summary>
internal sealed class BertAttention : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly BertSelfAttention self;
    private readonly BertOutput output;

    internal BertAttention(BertConfig config)
        : base(nameof(BertAttention))
    {
        self = new(config);
        output = new(config.Width, config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor bias) => output.forward(self.forward(hidden, bias), hidden);
}
