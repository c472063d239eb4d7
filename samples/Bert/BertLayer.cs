using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Bert;

/// <summary>Attention, then two linear layers for each word.</summary>
internal sealed class BertLayer : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly BertAttention attention;
    private readonly Sequential intermediate;
    private readonly BertOutput output;

    internal BertLayer(BertConfig config)
        : base(nameof(BertLayer))
    {
        attention = new(config);
        intermediate = nn.Sequential(("dense", nn.Linear(config.Width, config.Inner)), ("activation", nn.GELU()));
        output = new(config.Inner, config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor bias)
    {
        var attended = attention.forward(hidden, bias);
        return output.forward(intermediate.forward(attended), attended);
    }
}
