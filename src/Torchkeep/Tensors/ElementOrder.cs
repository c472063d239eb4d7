using System.Buffers.Binary;
using System.Numerics.Tensors;
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

    /// <summary>Conjugates complex elements, which are in the machine's order.</summary>
    internal static void Conjugate(Span<byte> bytes, ElementTypeInfo type) =>
        FlipTopBits(bytes[type.SwapSize..], type.SwapSize, step: 2 * type.SwapSize);

    /// <summary>Negates elements, which are in the machine's order.</summary>
    internal static void Negate(Span<byte> bytes, ElementTypeInfo type)
    {
        if (type.Sign == ElementSign.TopBit)
        {
            FlipTopBits(bytes, type.SwapSize, step: type.SwapSize);
            return;
        }

        switch (type.ByteSize)
        {
            case 1:
                TensorPrimitives.Negate(MemoryMarshal.Cast<byte, sbyte>(bytes), MemoryMarshal.Cast<byte, sbyte>(bytes));
                break;
            case 2:
                TensorPrimitives.Negate(MemoryMarshal.Cast<byte, short>(bytes), MemoryMarshal.Cast<byte, short>(bytes));
                break;
            case 4:
                TensorPrimitives.Negate(MemoryMarshal.Cast<byte, int>(bytes), MemoryMarshal.Cast<byte, int>(bytes));
                break;
            default:
                TensorPrimitives.Negate(MemoryMarshal.Cast<byte, long>(bytes), MemoryMarshal.Cast<byte, long>(bytes));
                break;
        }
    }

    private static void FlipTopBits(Span<byte> bytes, int size, int step)
    {
        for (var i = BitConverter.IsLittleEndian ? size - 1 : 0; i < bytes.Length; i += step)
        {
            bytes[i] ^= 0x80;
        }
    }
}
