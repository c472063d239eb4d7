using TorchSharp;

namespace Torchkeep;

/// <summary>
/// A module as PyTorch sees one: its own tensors, then its children, both in the order of registration. TorchSharp's
/// native composites, whose parameters have dotted names, appear with the children that PyTorch gives them.
/// </summary>
internal sealed class ModuleNode(string className)
{
    /// <summary>What PyTorch calls the class in its messages.</summary>
    internal string ClassName { get; } = className;

    /// <summary>The version that PyTorch writes to <c>_metadata</c> for the class.</summary>
    internal int Version { get; init; } = 1;

    internal NormKind Norm { get; init; }

    /// <summary>Whether C++ holds the parameters too, so that none can be exchanged for one of another type.</summary>
    internal bool IsNative { get; init; }

    /// <summary>Parameters, then persistent buffers, by their names in this module.</summary>
    internal OrderedDictionary<string, torch.Tensor> Tensors { get; } = new(StringComparer.Ordinal);

    internal OrderedDictionary<string, ModuleNode> Children { get; } = new(StringComparer.Ordinal);
}
