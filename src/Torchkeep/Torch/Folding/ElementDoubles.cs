using System.Buffers;
using System.Runtime.InteropServices;
using Torchkeep.Tensors;

namespace Torchkeep.Torch.Folding;

/// <summary>Elements of a tensor as doubles, and doubles as elements, rounded to nearest even.</summary>
internal static class ElementDoubles
{
    /// <summary>Reads as many elements as there is room for, from one on in row-major order.</summary>
    internal static async ValueTask ReadAsync(TensorView view, long first, Memory<double> elements, bool async, CancellationToken cancellationToken)
    {
        var size = ElementTypeInfo.Of(view.ElementType).ByteSize;
        var buffer = ArrayPool<byte>.Shared.Rent(elements.Length * size);
        try
        {
            var bytes = buffer.AsMemory(0, elements.Length * size);
            if (async)
            {
                await view.ReadBytesAsync(bytes, first * size, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                view.ReadBytes(bytes.Span, first * size);
            }

            Widen(bytes.Span, view.ElementType, elements.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The value that an element of the type has; of all but float64 by way of float32, as PyTorch computes.</summary>
    internal static double Round(double value, ElementType type)
    {
        Span<double> one = [value];
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        bytes = bytes[..ElementTypeInfo.Of(type).ByteSize];
        Narrow(one, type, bytes);
        Widen(bytes, type, one);
        return one[0];
    }

    internal static void Narrow(ReadOnlySpan<double> elements, ElementType type, Span<byte> bytes)
    {
        if (type == ElementType.Float64)
        {
            elements.CopyTo(MemoryMarshal.Cast<byte, double>(bytes));
            return;
        }

        var singles = ArrayPool<float>.Shared.Rent(elements.Length);
        for (var i = 0; i < elements.Length; i++)
        {
            singles[i] = (float)elements[i];
        }

        ElementConversion.FromSingle(singles.AsSpan(0, elements.Length), type, bytes);
        ArrayPool<float>.Shared.Return(singles);
    }

    private static void Widen(ReadOnlySpan<byte> bytes, ElementType type, Span<double> elements)
    {
        if (type == ElementType.Float64)
        {
            MemoryMarshal.Cast<byte, double>(bytes).CopyTo(elements);
            return;
        }

        if (!ElementConversion.IsSource(type))
        {
            // A mask of bytes.
            for (var i = 0; i < bytes.Length; i++)
            {
                elements[i] = bytes[i];
            }

            return;
        }

        var singles = ArrayPool<float>.Shared.Rent(elements.Length);
        ElementConversion.ToSingle(bytes, type, singles.AsSpan(0, elements.Length));
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i] = singles[i];
        }

        ArrayPool<float>.Shared.Return(singles);
    }
}
