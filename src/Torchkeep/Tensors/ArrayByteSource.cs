using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Torchkeep.IO;

namespace Torchkeep.Tensors;

/// <summary>The bytes of a managed array of any element type, which may be more than an int can count.</summary>
internal sealed class ArrayByteSource<T>(T[] elements) : ByteSource
    where T : unmanaged
{
    public override long Length => (long)elements.Length * Unsafe.SizeOf<T>();

    public override void Read(long offset, Span<byte> destination)
    {
        if (!TryGetSpan(offset, destination.Length, out var bytes))
        {
            IOThrow.Truncated(Name, offset, destination.Length, Length);
        }

        bytes.CopyTo(destination);
    }

    public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!IsInside(offset, length))
        {
            return false;
        }

        ref var first = ref Unsafe.As<T, byte>(ref MemoryMarshal.GetArrayDataReference(elements));
        bytes = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref first, (nint)offset), length);
        return true;
    }
}
