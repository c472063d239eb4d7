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
    private const long MaxPieceBytesThere = 256 << 20;

    /// <param name="source">A view of the destination's shape.</param>
    /// <param name="destination">Of any type, device and layout; the caller has switched gradients off.</param>
    internal static void Copy(TensorView source, Tensor destination)
    {
        if (DirectTo(source, destination) is { } transfer)
        {
            Transfers.Run([transfer], DeviceMemory.PoolFor(destination.device_type));
        }
        else
        {
            CopyPieces(source, destination);
        }
    }

    /// <summary>The transfer of a view of the destination's shape straight into its memory, or null where libtorch has to convert or to scatter.</summary>
    internal static Transfer? DirectTo(TensorView source, Tensor destination)
    {
        if (ElementTypeMap.ToScalar(source.ElementType) != destination.dtype || !destination.is_contiguous() || destination.is_conj() || destination.is_neg())
        {
            return null;
        }

        return destination.device_type == DeviceType.CPU ? new(source, Native.Data(destination), Transfer.Here)
            : source.IsContiguous && DeviceMemory.PoolFor(destination.device_type) is not null ? new(source, Native.Data(destination), destination.device_index)
            : null;
    }

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
        // Where the bytes can be brought to the device as they are, it converts them far faster.
        var pool = source.IsContiguous ? DeviceMemory.PoolFor(destination.device_type) : null;
        if (source.ByteLength <= (pool is null ? MaxPieceBytes : MaxPieceBytesThere))
        {
            using var piece = empty([.. source.Shape], ElementTypeMap.ToScalar(source.ElementType), pool is null ? CPU : destination.device);
            Transfers.Run([new(source, Native.Data(piece), pool is null ? Transfer.Here : piece.device_index)], pool);
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
