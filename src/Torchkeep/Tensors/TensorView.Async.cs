using Torchkeep.Tensors;

namespace Torchkeep;

/// <content>Reads without blocking. C# has no await in the unsafe code of the other part.</content>
public sealed partial class TensorView
{
    /// <summary>
    /// As <see cref="ReadBytes"/>, without blocking: by <see cref="ByteSource.ReadAsync"/> of the storage, which reads files and
    /// streams asynchronously. What is not in row-major order is put in order on the thread that goes on after each read.
    /// </summary>
    /// <param name="destination">Filled completely; its length must be whole elements.</param>
    /// <param name="byteOffset">Where to start among the <see cref="ByteLength"/> bytes; must be whole elements.</param>
    /// <param name="cancellationToken">Stops the read; the destination's content is then undefined.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the tensor or not whole elements.</exception>
    /// <exception cref="CheckpointException">As for <see cref="ReadBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async ValueTask ReadBytesAsync(Memory<byte> destination, long byteOffset = 0, CancellationToken cancellationToken = default)
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

    /// <summary>As <see cref="ToArray"/>, without blocking (<see cref="ReadBytesAsync"/>).</summary>
    /// <typeparam name="T">As for <see cref="ReadSpan"/>.</typeparam>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> cannot hold this element type.</exception>
    /// <exception cref="UnsupportedCheckpointException">The tensor has more elements than an array; use <see cref="ReadBytesAsync"/> in parts.</exception>
    /// <exception cref="CheckpointException">As for <see cref="ReadBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async ValueTask<T[]> ToArrayAsync<T>(CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        var elements = NewArray<T>();
        for (long done = 0; done < ByteLength; done += MaxSpan)
        {
            var part = new ArrayMemory<T>(elements, done, (int)Math.Min(MaxSpan, ByteLength - done));
            await ReadBytesAsync(part.Memory, done, cancellationToken).ConfigureAwait(false);
        }

        return elements;
    }
}
