using Torchkeep.Tensors;

namespace Torchkeep;

/// <content>Reads without blocking. C# has no await in the unsafe code of the other part.</content>
public sealed partial class TensorView
{
    /// <summary>As <see cref="ReadBytes"/>, by asynchronous reads of the storage.</summary>
    internal async ValueTask ReadBytesAsync(Memory<byte> destination, long byteOffset, CancellationToken cancellationToken)
    {
        CheckRange(destination.Length, byteOffset);
        if (destination.IsEmpty)
        {
            return;
        }

        CheckReadable();
        var size = Info.ByteSize;
        try
        {
            var read = IsContiguous
                ? Storage.Bytes.ReadAsync((StorageOffset * size) + byteOffset, destination, cancellationToken)
                : StridedReader.ReadAsync(
                    Storage.Bytes, size, Shape.AsMemory(), Strides.AsMemory(), StorageOffset, byteOffset / size, destination, cancellationToken);
            await read.ConfigureAwait(false);
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = Name;
            throw;
        }

        Resolve(destination.Span);
    }
}
