using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Formats.TorchSharpDat;

/// <summary>Reads the entries one after another, and goes past their bytes.</summary>
internal static class TorchSharpDatReader
{
    // A name and its numbers; more is no entry.
    private const int MaxEntry = 1 << 16;

    internal static async ValueTask<CheckpointContents> OpenAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken)
    {
        var names = new TensorNames();
        var root = new PyDict(isOrdered: true);
        var buffer = new byte[(int)Math.Min(source.Length, MaxEntry)];
        await source.ReadAsync(0, buffer, async, cancellationToken).ConfigureAwait(false);
        var (count, position) = Count(buffer);
        if (count > options.Limits.MaxRecords)
        {
            throw new UnsupportedCheckpointException($"the file says it has {count} tensors, over the limit of {options.Limits.MaxRecords} ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxRecords)})") { File = source.Name };
        }

        for (long i = 0; i < count; i++)
        {
            var window = buffer.AsMemory(0, (int)Math.Min(buffer.Length, source.Length - position));
            await source.ReadAsync(position, window, async, cancellationToken).ConfigureAwait(false);
            position = Add(root, names, window.Span, position, i, count);
        }

        return new(root, names) { Leftovers = position < source.Length ? [new(Record: null, position, source.Length - position)] : [] };

        long Add(PyDict root, TensorNames names, ReadOnlySpan<byte> window, long position, long i, long count)
        {
            var cursor = new DatCursor(window);
            if (!cursor.TryTakeEntry(out var entry))
            {
                throw Invalid($"entry {i + 1} of {count} is not whole, or is none: the file is truncated or damaged", position, tensor: null);
            }

            var info = ElementTypeInfo.Of(entry.Type);
            var start = position + cursor.Position;
            long length;
            try
            {
                length = TensorLayout.CountElements(entry.Shape, info.ByteSize) * info.ByteSize;
            }
            catch (InvalidCheckpointException error)
            {
                throw Invalid(error.Problem, position, entry.Name);
            }

            if (length > source.Length - start)
            {
                throw Invalid($"the tensor should have {length} bytes, and {source.Length - start} are left: the file is truncated", start, entry.Name);
            }

            if (root.TryGet(entry.Name, out _))
            {
                throw Invalid("the file has this entry twice", position, entry.Name);
            }

            TensorStorage storage = new(new SliceByteSource(source, start, length), "cpu", entry.Type, bigEndian: false);
            root.Add(entry.Name, new PyTensor(new TensorView(storage, entry.Type, entry.Shape) { Names = names }));
            return start + length;
        }

        InvalidCheckpointException Invalid(string problem, long offset, string? tensor) => new(problem) { File = source.Name, Offset = offset, TensorName = tensor };
    }

    // Seen before: the format is told by it.
    private static (long Count, long Position) Count(ReadOnlySpan<byte> bytes)
    {
        var cursor = new DatCursor(bytes);
        cursor.TryTakeNumber(out var count);
        return (count, cursor.Position);
    }
}
