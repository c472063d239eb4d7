namespace Torchkeep;

/// <summary>What a name in a pickle could do when Python unpickles it.</summary>
public enum GlobalRisk
{
    /// <summary>It makes plain data or tensors: PyTorch's own <c>weights_only</c> list, and a few like it.</summary>
    Harmless,

    /// <summary>Nothing is known of it. Unpickling imports its module, whatever that is.</summary>
    Unknown,

    /// <summary>It runs programs or code, touches files or the network, or reaches such names.</summary>
    Dangerous,
}
