namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>An object that judge.py makes under a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="NeedsNewest">Whether PyTorch 1.13 cannot make it, or loses a part of it when it saves.</param>
/// <param name="IsRefused">Whether torch.load refuses PyTorch's own file of it by default since 2.6.</param>
internal sealed record Case(string Name, bool NeedsNewest = false, bool IsRefused = false)
{
    /// <summary>Names tests.</summary>
    public override string ToString() => Name;
}
