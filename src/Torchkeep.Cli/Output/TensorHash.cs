using System.Buffers;
using System.Security.Cryptography;

namespace Torchkeep.Cli.Output;

/// <summary>The SHA-256 of a tensor's elements, row-major and little-endian, read piece by piece.</summary>
internal static class TensorHash
{
    /// <summary>The device of tensors that have a shape and no elements.</summary>
    internal const string MetaLocation = "meta";

    private const int BufferSize = 1 << 20;

    // A piece of a strided view is put together from many places: of a larger one, longer runs lie together.
    private const int StridedBufferSize = 64 << 20;

    internal static string Of(TensorView view)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(view.ByteLength, view.IsContiguous ? BufferSize : StridedBufferSize));
        var piece = buffer.Length / ElementTypeInfo.Of(view.ElementType).ByteSize * ElementTypeInfo.Of(view.ElementType).ByteSize;
        try
        {
            for (long done = 0; done < view.ByteLength; done += piece)
            {
                var bytes = buffer.AsSpan(0, (int)Math.Min(piece, view.ByteLength - done));
                view.ReadBytes(bytes, done);
                hash.AppendData(bytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
