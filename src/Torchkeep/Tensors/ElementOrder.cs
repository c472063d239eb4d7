using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Torchkeep.Tensors;

/// <summary>Turns elements into the machine's byte order, and takes PyTorch's lazy signs.</summary>
internal static class ElementOrder
{
    internal static void Swap(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    /// <summary>
    /// Flips the sign of every component (a negative view) or of every second one (a conjugate view). All types that
    /// can carry these bits hold their sign in the top bit; <paramref name="bytes"/> are in the machine's order.
    /// </summary>
    internal static void FlipSigns(Span<byte> bytes, int componentSize, bool imaginaryOnly)
    {
        var step = imaginaryOnly ? 2 * componentSize : componentSize;
        var signByte = BitConverter.IsLittleEndian ? componentSize - 1 : 0;
        for (var i = (imaginaryOnly ? componentSize : 0) + signByte; i < bytes.Length; i += step)
        {
            bytes[i] ^= 0x80;
        }
    }
}
