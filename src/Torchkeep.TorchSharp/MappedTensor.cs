using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Torchkeep;

/// <summary>
/// Tensors over memory that a file is mapped into. The memory stays until libtorch lets go of the storage, whatever becomes
/// of the checkpoint; it is private, so that training on it changes no file.
/// </summary>
internal static unsafe partial class MappedTensor
{
    // What libtorch holds, by where it starts: all that it says when it lets go. One start may be held several times.
    private static readonly ConcurrentDictionary<nint, ConcurrentBag<MemoryHandle>> _held = new();

    /// <summary>A one-dimensional tensor over a whole storage, or null where its bytes are not mapped or not aligned.</summary>
    internal static torch.Tensor? TryMake(ByteSource bytes, long count, torch.ScalarType scalar, int elementSize)
    {
        if (count == 0 || !bytes.TryMap(0, bytes.Length, out var memory))
        {
            return null;
        }

        var start = (nint)memory.Pointer;
        if (start % elementSize != 0)
        {
            memory.Dispose();
            return null;
        }

        _held.GetOrAdd(start, static _ => []).Add(memory);
        var tensor = New(start, &LetGo, &count, 1, (sbyte)scalar, (sbyte)scalar, (int)DeviceType.CPU, deviceIndex: 0, requiresGrad: false);
        if (tensor == 0)
        {
            Release(start);
            torch.CheckForErrors();
        }

        return torch.Tensor.UnsafeCreateTensor(tensor);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void LetGo(nint start) => Release(start);

    private static void Release(nint start)
    {
        if (_held.TryGetValue(start, out var handles) && handles.TryTake(out var memory))
        {
            memory.Dispose();
        }
    }

    // torch::from_blob; TorchSharp's own declaration of it takes a delegate that is internal.
    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_new")]
    private static partial nint New(
        nint data, delegate* unmanaged[Cdecl]<nint, void> deleter, long* sizes, int sizesLength, sbyte type, sbyte dtype, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.I1)] bool requiresGrad);
}
