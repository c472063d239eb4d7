using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>A state_dict that does not fit a module.</summary>
/// <param name="Name">What is wrong, which names tests.</param>
/// <param name="Python">The expression that makes the module in Python.</param>
/// <param name="Make">Makes it in C#.</param>
/// <param name="Change">Python that spoils the module's own state_dict, called state.</param>
internal sealed record Misfit(string Name, string Python, Func<nn.Module> Make, string Change)
{
    /// <summary>Whether PyTorch 1.13 says something else, or nothing.</summary>
    internal bool IsSinceNewest { get; init; }

    /// <summary>How what we say beyond PyTorch's words starts.</summary>
    internal string? Hint { get; init; }

    /// <summary>What we say where we mean to differ from PyTorch, and why.</summary>
    internal (string Said, string Why)? Ours { get; init; }
}
