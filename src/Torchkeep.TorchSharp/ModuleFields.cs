using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace Torchkeep;

/// <summary>
/// What a TorchSharp module has registered, by its own protected fields: the public listings leave out the second of two
/// names for one tensor, and non-persistent buffers cannot be told apart.
/// </summary>
internal static class ModuleFields
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_internal_params")]
    internal static extern ref OrderedDict<string, Parameter> Parameters(torch.nn.Module module);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_internal_buffers")]
    internal static extern ref OrderedDict<string, (torch.Tensor Tensor, bool IsPersistent)> Buffers(torch.nn.Module module);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_areComponentsRegistered")]
    internal static extern ref bool AreComponentsRegistered(torch.nn.Module module);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_batch_first")]
    internal static extern ref bool BatchFirst(LSTM module);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_batch_first")]
    internal static extern ref bool BatchFirst(GRU module);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_batch_first")]
    internal static extern ref bool BatchFirst(RNN module);
}
