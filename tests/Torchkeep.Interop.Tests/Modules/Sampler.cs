using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>Random tensors, the same in every run.</summary>
internal sealed class Sampler(ulong seed) : IDisposable
{
    private readonly Generator _generator = new(seed);

    internal Tensor Normal(params long[] shape) => randn(shape, generator: _generator);

    /// <summary>So large that a layer's outputs are as large as its inputs.</summary>
    internal Tensor Weights(params long[] shape) => Normal(shape) / Math.Sqrt(shape.Skip(1).Aggregate(1L, (product, size) => product * size));

    internal Tensor Positive(params long[] shape) => rand(shape, generator: _generator) + 0.5;

    /// <summary>Whole numbers from 0 up to a limit.</summary>
    internal Tensor Below(long limit, params long[] shape) => randint(0, limit, shape, dtype: int64, generator: _generator);

    /// <summary>Gives a module weights and running statistics unlike those it was made with.</summary>
    internal T Fill<T>(T module)
        where T : nn.Module
    {
        using var noGradients = no_grad();
        foreach (var (key, tensor) in module.state_dict(keep_vars: false))
        {
            using var values = !tensor.is_floating_point() ? Below(100, tensor.shape)
                : key.EndsWith("running_var", StringComparison.Ordinal) ? Positive(tensor.shape)
                : Weights(tensor.shape);
            tensor.copy_(values);
        }

        return module;
    }

    public void Dispose() => _generator.Dispose();
}
