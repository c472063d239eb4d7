using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>PyTorch's GaussianNLLLoss (torch/nn/functional.py, gaussian_nll_loss); TorchSharp 0.107's comes to other numbers.</summary>
internal sealed class GaussianNllLayer(bool full, double eps, nn.Reduction reduction) : nn.Module<Tensor, Tensor, Tensor, Tensor>("GaussianNLLLoss")
{
    internal bool Full => full;

    internal double Eps => eps;

    internal nn.Reduction Reduction => reduction;

    public override Tensor forward(Tensor input, Tensor target, Tensor variance)
    {
        // One variance for all of the last dimension may come without it.
        variance = variance.dim() == input.dim() - 1 ? variance.unsqueeze(-1) : variance;
        if (variance.lt(0).any().item<bool>())
        {
            throw new ArgumentException("the variance has negative entries", nameof(variance));
        }

        // The bound has no part in the gradient.
        using var detached = variance.detach();
        using var raise = detached.clamp(min: eps) - detached;
        variance = variance + raise;
        var loss = (variance.log() + ((input - target).square() / variance)) * 0.5;
        if (full)
        {
            loss = loss + (0.5 * Math.Log(2 * Math.PI));
        }

        return reduction switch
        {
            nn.Reduction.Mean => loss.mean(),
            nn.Reduction.Sum => loss.sum(),
            _ => loss,
        };
    }
}
