using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Bert;

/// <summary>A linear layer, added to what went in before, and normalised.</summary>
internal sealed class BertOutput : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;

    internal BertOutput(int inputs, BertConfig config)
        : base(nameof(BertOutput))
    {
        dense = nn.Linear(inputs, config.Width);
        LayerNorm = nn.LayerNorm(config.Width, config.Epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input, Tensor before) => LayerNorm.forward(dense.forward(input) + before);
}
