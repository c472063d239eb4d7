using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Torchkeep;

/// <summary>Row-major tensors over memory of this machine that something else owns: torch::from_blob, whose declaration in TorchSharp takes a delegate that is internal.</summary>
internal static unsafe partial class RawTensor
{
    /// <param name="start">The first element; the memory must outlive the tensor.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="scalar">The element type.</param>
    internal static torch.Tensor Over(nint start, ReadOnlySpan<long> shape, torch.ScalarType scalar) => Make(start, &Nothing, shape, scalar);

    /// <param name="start">The first element.</param>
    /// <param name="letGo">What libtorch calls, with the start, when it no longer needs the memory.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="scalar">The element type.</param>
    /// <exception cref="ExternalException">libtorch made no tensor; then it calls nothing.</exception>
    internal static torch.Tensor Make(nint start, delegate* unmanaged[Cdecl]<nint, void> letGo, ReadOnlySpan<long> shape, torch.ScalarType scalar)
    {
        nint tensor;
        fixed (long* sizes = shape)
        {
            tensor = New(start, letGo, sizes, shape.Length, (sbyte)scalar, (sbyte)scalar, (int)DeviceType.CPU, deviceIndex: 0, requiresGrad: false);
        }

        if (tensor == 0)
        {
            torch.CheckForErrors();
        }

        return torch.Tensor.UnsafeCreateTensor(tensor);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Nothing(nint start)
    {
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_new")]
    private static partial nint New(
        nint data, delegate* unmanaged[Cdecl]<nint, void> deleter, long* sizes, int sizesLength, sbyte type, sbyte dtype, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.I1)] bool requiresGrad);
}
