using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>
/// <c>copy_</c> from a file: the bytes go straight into the destination's memory where it is contiguous and of the same
/// element type, and otherwise through a small tensor at a time, so that no second copy of it ever exists.
/// </summary>
internal static class TensorCopier
{
    private const long MaxPieceBytes = 8 << 20;

    /// <param name="source">A view of the destination's shape.</param>
    /// <param name="destination">Of any type, device and layout; the caller has switched gradients off.</param>
    internal static void Copy(TensorView source, Tensor destination)
    {
        if (IsDirect(source, destination))
        {
            TensorReader.Fill(Native.Data(destination), source);
        }
        else
        {
            CopyPieces(source, destination);
        }
    }

    /// <summary>Whether bytes can go from a view of the destination's shape straight into its memory.</summary>
    internal static bool IsDirect(TensorView source, Tensor destination) => destination.device_type == DeviceType.CPU && IsSameLayout(source, destination);

    /// <summary>Whether the bytes of a view of the destination's shape, row by row, are those that its memory is to have.</summary>
    internal static bool IsSameLayout(TensorView source, Tensor destination) =>
        ElementTypeMap.ToScalar(source.ElementType) == destination.dtype
        && destination.is_contiguous()
        && !destination.is_conj()
        && !destination.is_neg();

    /// <summary>Why libtorch cannot turn elements of one type into those of a tensor, or null: by trying it on two elements.</summary>
    internal static string? ConversionProblem(ScalarType from, Tensor destination)
    {
        if (from == destination.dtype && destination.is_contiguous())
        {
            return null;
        }

        using var source = empty([2], dtype: from, device: CPU);
        using var memory = empty([4], dtype: destination.dtype, device: destination.device);
        using var target = memory.as_strided([2], [destination.is_contiguous() ? 1 : 2]);
        try
        {
            target.copy_(source);
            return null;
        }
        catch (ExternalException error)
        {
            return error.Message.Split('\n')[0];
        }
    }

    private static void CopyPieces(TensorView source, Tensor destination)
    {
        if (source.ByteLength <= MaxPieceBytes)
        {
            using var piece = empty([.. source.Shape], dtype: ElementTypeMap.ToScalar(source.ElementType), device: CPU);
            TensorReader.Fill(Native.Data(piece), source);
            _ = destination.copy_(piece);
            return;
        }

        var dimension = 0;
        while (source.Shape[dimension] == 1)
        {
            dimension++;
        }

        var half = source.Shape[dimension] / 2;
        CopyPart(0, half);
        CopyPart(half, source.Shape[dimension] - half);

        void CopyPart(long first, long count)
        {
            using var part = destination.narrow(dimension, first, count);
            var shape = source.Shape.SetItem(dimension, count);
            CopyPieces(source.AsStrided(shape.AsSpan(), source.Strides.AsSpan(), source.StorageOffset + (first * source.Strides[dimension])), part);
        }
    }
}
