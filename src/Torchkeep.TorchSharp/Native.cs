using System.Runtime.CompilerServices;
using TorchSharp;

namespace Torchkeep;

/// <summary>
/// The four things that TorchSharp knows of a tensor and does not say, by its own native calls and field. Everything
/// that leans on TorchSharp's insides is here, in <see cref="ModuleFields"/>, in <see cref="RawTensor"/>, and in
/// <see cref="OptimizerFields"/> and <see cref="SchedulerFields"/>.
/// </summary>
internal static class Native
{
    private const string Methods = "TorchSharp.PInvoke.NativeMethods, TorchSharp";

    /// <summary>The bytes of the whole storage that a tensor is a view of, of any element type.</summary>
    internal static long StorageBytes(torch.Tensor tensor) => checked((long)StorageBytes(null, tensor.Handle));

    /// <summary>Where that storage lies; zero for an empty or a meta one.</summary>
    internal static nint StorageStart(torch.Tensor tensor) => StorageStart(null, tensor.Handle);

    /// <summary>Where a tensor's first element lies.</summary>
    internal static nint Data(torch.Tensor tensor) => Data(null, tensor.Handle);

    /// <summary>The native tensor behind a managed one, which a Parameter exchanges when its element type or device changes.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "handle")]
    internal static extern ref nint Handle(torch.Tensor tensor);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "THSStorage_nbytes")]
    private static extern ulong StorageBytes([UnsafeAccessorType(Methods)] object? methods, nint tensor);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "THSStorage_data_ptr")]
    private static extern nint StorageStart([UnsafeAccessorType(Methods)] object? methods, nint tensor);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "THSTensor_data")]
    private static extern nint Data([UnsafeAccessorType(Methods)] object? methods, nint tensor);
}
