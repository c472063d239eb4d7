using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>PyTorch's Hardtanh, which TorchSharp 0.107's returns its input unchanged for unless it works in place.</summary>
internal sealed class HardtanhLayer(double min, double max, bool inplace) : nn.Module<Tensor, Tensor>("Hardtanh")
{
    internal double Min => min;

    internal double Max => max;

    internal bool Inplace => inplace;

    public override Tensor forward(Tensor input) => inplace ? input.clamp_(min, max) : input.clamp(min, max);
}
