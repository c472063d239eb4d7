using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>The same module in C# and in Python.</summary>
/// <param name="Python">The expression that makes it in Python, which names the row.</param>
/// <param name="Make">Makes it in C#.</param>
/// <param name="Inputs">What it is called with; null where it cannot be called, gives something else each time, or TorchSharp's fails.</param>
internal sealed record ModuleRow(string Python, Func<nn.Module> Make, Func<Sampler, Tensor[]>? Inputs = null)
{
    /// <summary>Whether PyTorch 1.13 cannot make it.</summary>
    internal bool NeedsNewest { get; init; }

    /// <summary>Buffers that TorchSharp's module lacks.</summary>
    internal string[] OnlyInPyTorch { get; init; } = [];

    /// <summary>Whether TorchSharp registers the entries in another order.</summary>
    internal bool IsReordered { get; init; }

    /// <summary>The entry that has another element type in TorchSharp.</summary>
    internal string? OfAnotherType { get; init; }
}
