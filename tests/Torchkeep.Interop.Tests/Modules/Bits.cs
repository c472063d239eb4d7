using System.Security.Cryptography;
using TorchSharp;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>Everything about tensors that a load may change, to compare.</summary>
internal static class Bits
{
    internal static string Of(torch.Tensor tensor)
    {
        using var detached = tensor.detach();
        using var contiguous = detached.contiguous();
        var bytes = tensor.is_meta ? "on no device" : Convert.ToHexStringLower(SHA256.HashData(contiguous.bytes));
        return $"{tensor.dtype} [{string.Join(", ", tensor.shape)}] {bytes}";
    }

    /// <summary>All parameters and buffers, also those that no state_dict has.</summary>
    internal static string[] Of(torch.nn.Module module) =>
    [
        .. module.named_parameters().Select(entry => $"{entry.name} {entry.parameter.requires_grad} {Of(entry.parameter)}"),
        .. module.named_buffers().Select(entry => $"{entry.name} {Of(entry.buffer)}"),
        .. module.state_dict(keep_vars: true).Select(entry => $"{entry.Key} {Of(entry.Value)}"),
    ];
}
