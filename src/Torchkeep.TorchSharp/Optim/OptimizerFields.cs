using System.Runtime.CompilerServices;
using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>What TorchSharp's optimizers keep to themselves, by their own fields.</summary>
internal static class OptimizerFields
{
    /// <summary>The parameter that a state is of; TorchSharp's own load asks it for its device.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_parameter")]
    internal static extern ref Parameter Parameter(OptimizerState state);
}
