using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>One of PyTorch's optimizers that TorchSharp has.</summary>
/// <param name="Name">What PyTorch calls the class.</param>
/// <param name="NewOptions">Makes TorchSharp's options, all of them unset.</param>
/// <param name="Options">The keys of a group in the order of PyTorch 2.14, without <c>params</c>.</param>
/// <param name="State">The keys of a parameter's state in PyTorch's order.</param>
internal sealed record OptimizerRow(string Name, Func<OptimizerOptions> NewOptions, OptionRow[] Options, StateRow[] State)
{
    /// <summary>Whether PyTorch has the state before the first step.</summary>
    internal bool HasStateFromTheStart { get; init; }

    /// <summary>Why TorchSharp and PyTorch compute different things with these options, or null.</summary>
    internal Func<OptimizerOptions, string?> Problem { get; init; } = _ => null;

    internal Type OptionsType { get; } = NewOptions().GetType();
}
