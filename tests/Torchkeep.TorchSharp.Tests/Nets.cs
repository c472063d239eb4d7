using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Small modules.</summary>
internal static class Nets
{
    /// <summary>Parameters and buffers whose orders differ between TorchSharp and PyTorch.</summary>
    internal static Sequential Small(int outputs = 2) =>
        Sequential(("first", Linear(3, 4)), ("norm", BatchNorm1d(4)), ("last", Linear(4, outputs)));

    /// <summary>PyTorch's state_dict of <see cref="Small"/>.</summary>
    internal static readonly string[] SmallKeys =
    [
        "first.weight", "first.bias",
        "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked",
        "last.weight", "last.bias",
    ];

    /// <summary>A class that no one gave a Python name.</summary>
    internal sealed class Unnamed() : Module<Tensor, Tensor>(nameof(Unnamed))
    {
        public override Tensor forward(Tensor input) => input;
    }

    /// <summary>Gives every tensor of a module values of its own.</summary>
    internal static T Randomized<T>(this T module)
        where T : Module
    {
        using var noGradients = no_grad();
        foreach (var tensor in module.parameters().Concat<Tensor>(module.buffers()))
        {
            tensor.copy_(randint(1, 1000, tensor.shape));
        }

        return module;
    }
}
