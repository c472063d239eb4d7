using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Torchkeep;

/// <summary>
/// Tensors over memory that a file is mapped into. The memory stays until libtorch lets go of the storage, whatever becomes
/// of the checkpoint; it is private, so that training on it changes no file.
/// </summary>
internal static unsafe class MappedTensor
{
    // What libtorch holds, by where it starts: all that it says when it lets go. What starts at one place lies in one map,
    // so that the first handle keeps it for all.
    private static readonly Dictionary<nint, (MemoryHandle Memory, int Count)> _held = [];

    /// <summary>A row-major tensor over a whole storage, or null where its bytes are not mapped or not aligned.</summary>
    internal static torch.Tensor? TryMake(ByteSource bytes, ReadOnlySpan<long> shape, torch.ScalarType scalar, int elementSize)
    {
        if (shape.Contains(0) || !bytes.TryMap(0, bytes.Length, out var memory))
        {
            return null;
        }

        var start = (nint)memory.Pointer;
        if (start % elementSize != 0)
        {
            memory.Dispose();
            return null;
        }

        lock (_held)
        {
            ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_held, start, out _);
            if (held.Count > 0)
            {
                memory.Dispose();
            }

            held = (held.Count > 0 ? held.Memory : memory, held.Count + 1);
        }

        try
        {
            return RawTensor.Make(start, &LetGo, shape, scalar);
        }
        catch
        {
            Release(start);
            throw;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void LetGo(nint start) => Release(start);

    private static void Release(nint start)
    {
        (MemoryHandle Memory, int Count) held;
        lock (_held)
        {
            if (!_held.Remove(start, out held))
            {
                return;
            }

            if (held.Count > 1)
            {
                _held.Add(start, (held.Memory, held.Count - 1));
                return;
            }
        }

        held.Memory.Dispose();
    }
}
