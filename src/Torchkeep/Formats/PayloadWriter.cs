using System.Buffers;
using System.IO.Hashing;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Formats;

/// <summary>Writes the bytes of storages one after another, without holding any of them, and says how far it is.</summary>
/// <param name="stream">Where to.</param>
/// <param name="job">The save.</param>
/// <param name="total">The bytes of all storages.</param>
internal sealed class PayloadWriter(Stream stream, SaveJob job, long total)
{
    private const int BufferSize = 1 << 20;

    // Elements of a strided view are put together from many places: of a larger piece, longer runs lie together.
    private const int StridedBufferSize = 64 << 20;

    private long _done;

    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (job.Async)
        {
            await stream.WriteAsync(bytes, job.CancellationToken).ConfigureAwait(false);
        }
        else
        {
            stream.Write(bytes.Span);
        }
    }

    /// <summary>Writes all bytes of a source.</summary>
    internal async ValueTask WriteAsync(ByteSource payload, string? tensorName)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(payload.Length, payload is ViewByteSource ? StridedBufferSize : BufferSize));
        try
        {
            await WriteAsync(payload, buffer).ConfigureAwait(false);
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = tensorName;
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal void Report(int count)
    {
        _done += count;
        job.Progress?.Report(new(_done, total));
    }

    private async ValueTask WriteAsync(ByteSource payload, byte[] buffer)
    {
        // The bytes of an open archive are checked on the way, and need no pass of their own.
        var checkedSource = payload as ZipRecordSource;
        if (checkedSource is not null)
        {
            payload = await checkedSource.UncheckedAsync(job.Async, job.CancellationToken).ConfigureAwait(false);
        }

        var crc = checkedSource is null ? null : new Crc32();
        for (long done = 0; done < payload.Length;)
        {
            job.CancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(buffer.Length, payload.Length - done);
            if (!job.Async && payload.TryGetSpan(done, count, out var inPlace))
            {
                crc?.Append(inPlace);
                stream.Write(inPlace);
            }
            else
            {
                await payload.ReadAsync(done, buffer.AsMemory(0, count), job.Async, job.CancellationToken).ConfigureAwait(false);
                crc?.Append(buffer.AsSpan(0, count));
                await WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            }

            done += count;
            Report(count);
        }

        if (crc is not null)
        {
            checkedSource!.Verify(crc.GetCurrentHashAsUInt32());
        }
    }
}
