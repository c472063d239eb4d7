using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>PyTorch's RReLU, which TorchSharp 0.107's draws no slopes for in training mode.</summary>
internal sealed class RReluLayer(double lower, double upper, bool inplace) : nn.Module<Tensor, Tensor>("RReLU")
{
    internal double Lower => lower;

    internal double Upper => upper;

    internal bool Inplace => inplace;

    public override Tensor forward(Tensor input)
    {
        if (!training)
        {
            return nn.functional.leaky_relu(input, (lower + upper) / 2, inplace);
        }

        // A slope for each element that is not above zero, drawn in their order as doubles (ATen/native/Activation.cpp, _rrelu_with_noise_train).
        using var falls = input.le(0);
        using var slopes = ones_like(input);
        using var drawn = empty(falls.count_nonzero().item<long>(), ScalarType.Float64, device: input.device).uniform_(lower, upper);
        using var typed = drawn.to(input.dtype);
        slopes.masked_scatter_(falls, typed);
        return inplace ? input.mul_(slopes) : input.mul(slopes);
    }
}
