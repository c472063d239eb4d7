using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>A key of the state that PyTorch's optimizers keep for each parameter, and the field of TorchSharp's that it is.</summary>
internal sealed record StateRow(string Key)
{
    /// <summary>A count of steps, which PyTorch has in a tensor; null for another kind of key.</summary>
    internal FieldOf<OptimizerState, long>? Step { get; private init; }

    /// <summary>A number, which PyTorch has in a tensor; null for another kind of key.</summary>
    internal FieldOf<OptimizerState, double>? Number { get; private init; }

    /// <summary>A tensor of the parameter's shape; null for another kind of key.</summary>
    internal FieldOf<OptimizerState, torch.Tensor?>? Tensor { get; private init; }

    /// <summary>Whether PyTorch has it with these options.</summary>
    internal Func<OptimizerOptions, bool> IsNeeded { get; init; } = _ => true;

    /// <summary>Whether TorchSharp has it with all options, and breaks where it is null.</summary>
    internal bool IsAlwaysThere { get; init; }

    /// <summary>Whether PyTorch's is TorchSharp's with the other sign.</summary>
    internal Func<OptimizerOptions, bool> IsNegated { get; init; } = _ => false;

    internal static StateRow OfStep<T>(FieldOf<T, long> field)
        where T : OptimizerState =>
        new("step") { Step = state => ref field((T)state) };

    internal static StateRow OfNumber<T>(string key, FieldOf<T, double> field)
        where T : OptimizerState =>
        new(key) { Number = state => ref field((T)state) };

    internal static StateRow OfTensor<T>(string key, FieldOf<T, torch.Tensor?> field)
        where T : OptimizerState =>
        new(key) { Tensor = state => ref field((T)state) };
}
