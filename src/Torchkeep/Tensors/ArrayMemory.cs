using System.Buffers;
using System.Runtime.InteropServices;

namespace Torchkeep.Tensors;

/// <summary>A part of an array as memory of bytes, for reads that do not block.</summary>
/// <param name="elements">The array.</param>
/// <param name="start">The first byte.</param>
/// <param name="length">How many bytes.</param>
internal sealed class ArrayMemory<T>(T[] elements, long start, int length) : MemoryManager<byte>
    where T : unmanaged
{
    public override unsafe Span<byte> GetSpan()
    {
        var first = (int)(start / sizeof(T));
        return MemoryMarshal.AsBytes(elements.AsSpan(first, length / sizeof(T)));
    }

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        var handle = GCHandle.Alloc(elements, GCHandleType.Pinned);
        return new((byte*)handle.AddrOfPinnedObject() + start + elementIndex, handle);
    }

    // The handle of a pin lets go of it.
    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
