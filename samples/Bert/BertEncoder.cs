using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Bert;

/// <summary>The layers, one after another.</summary>
internal sealed class BertEncoder : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<BertLayer> layer;

    internal BertEncoder(BertConfig config)
        : base(nameof(BertEncoder))
    {
        layer = nn.ModuleList([.. Enumerable.Range(0, config.Layers).Select(_ => new BertLayer(config))]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor bias) => layer.Aggregate(hidden, (current, next) => next.forward(current, bias));
}
