using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>The elements of tensors as bytes, by TorchSharp's own means, since most element types have no .NET type and a NaN equals nothing.</summary>
internal static class Bits
{
    /// <summary>The elements in row-major order.</summary>
    internal static byte[] Of(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().resolve_conj().resolve_neg().contiguous().bytes.ToArray();
    }

    /// <summary>Everything a module has, by TorchSharp's names, with type, shape and whether it is trained.</summary>
    internal static Dictionary<string, string> Of(nn.Module module)
    {
        var tensors = module.named_parameters().Select(entry => (entry.name, tensor: (Tensor)entry.parameter))
            .Concat(module.named_buffers().Select(entry => (entry.name, tensor: entry.buffer)));
        return tensors.ToDictionary(
            entry => entry.name,
            entry => $"{entry.tensor.dtype} {string.Join(',', entry.tensor.shape)} {entry.tensor.requires_grad} {Hex(entry.tensor)}");
    }

    private static string Hex(Tensor tensor) => tensor.is_meta ? "meta" : Convert.ToHexString(Of(tensor));
}
