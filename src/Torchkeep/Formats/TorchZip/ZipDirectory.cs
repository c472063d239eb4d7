using System.Buffers.Binary;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// The central directory. The framework's ZipArchive gives no place of a record's bytes, so this is our own. Names that
/// only differ in case are refused, as PyTorch takes them for one.
/// </summary>
internal sealed class ZipDirectory
{
    private const int MaxComment = ushort.MaxValue;

    private readonly Dictionary<string, ZipEntry> _entries;

    private ZipDirectory(Dictionary<string, ZipEntry> entries) => _entries = entries;

    internal IReadOnlyCollection<ZipEntry> Entries => _entries.Values;

    internal static async ValueTask<ZipDirectory> ReadAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var tail = new byte[Math.Min(source.Length, MaxComment + ZipFields.EndSize + ZipFields.Locator64Size)];
        var tailStart = source.Length - tail.Length;
        await source.ReadAsync(tailStart, tail, async, cancellationToken).ConfigureAwait(false);

        var end = FindEnd(tail, source);
        var bounds = ReadEnd(tail.AsSpan(end));
        var endStart = tailStart + end;
        if (bounds.IsIn64 && end >= ZipFields.Locator64Size)
        {
            var record = new byte[ZipFields.End64Size];
            var at = Locate64(tail.AsSpan(end - ZipFields.Locator64Size));
            if (at is { } offset)
            {
                if (offset < 0 || offset > endStart - ZipFields.Locator64Size - ZipFields.End64Size)
                {
                    TorchZipThrow.BadDirectory(source, endStart, "the zip64 record lies outside of the file");
                }

                await source.ReadAsync(offset, record, async, cancellationToken).ConfigureAwait(false);
                bounds = ReadEnd64(record, source, offset);
                endStart = offset;
            }
        }

        if (bounds.Offset > (ulong)endStart || bounds.Size > (ulong)endStart - bounds.Offset)
        {
            TorchZipThrow.BadDirectory(source, endStart, $"it should have {bounds.Size} bytes at {bounds.Offset}, which the file has not");
        }

        if (bounds.Count > (ulong)limits.MaxRecords)
        {
            TorchZipThrow.TooManyRecords(source, bounds.Count, limits.MaxRecords);
        }

        if (bounds.Count > bounds.Size / ZipFields.CentralHeaderSize || bounds.Size > (ulong)Array.MaxLength)
        {
            TorchZipThrow.BadDirectory(source, (long)bounds.Offset, $"{bounds.Size} bytes cannot list {bounds.Count} records");
        }

        byte[] directory;
        if ((long)bounds.Offset >= tailStart && bounds.Offset + bounds.Size <= (ulong)source.Length)
        {
            directory = tail[(int)((long)bounds.Offset - tailStart)..(int)((long)(bounds.Offset + bounds.Size) - tailStart)];
        }
        else
        {
            directory = new byte[bounds.Size];
            await source.ReadAsync((long)bounds.Offset, directory, async, cancellationToken).ConfigureAwait(false);
        }

        return new(Parse(directory, (int)bounds.Count, (long)bounds.Offset, source));
    }

    internal bool TryFind(string name, out ZipEntry entry) => _entries.TryGetValue(name, out entry) && entry.Name == name;

    private static int FindEnd(ReadOnlySpan<byte> tail, ByteSource source)
    {
        Span<byte> signature = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, ZipFields.EndSignature);
        while (true)
        {
            var at = tail.LastIndexOf(signature);
            if (at < 0)
            {
                TorchZipThrow.NoDirectory(source);
            }

            if (at + ZipFields.EndSize <= tail.Length)
            {
                return at;
            }

            // The bytes of a signature inside the last comment.
            tail = tail[..(at + signature.Length - 1)];
        }
    }

    private static Bounds ReadEnd(ReadOnlySpan<byte> record)
    {
        var cursor = new SpanCursor(record, "end of central directory");
        cursor.Take(sizeof(uint) + (3 * sizeof(ushort)));
        var count = cursor.TakeUInt16();
        var size = cursor.TakeUInt32();
        var offset = cursor.TakeUInt32();
        return new(count, size, offset, count == ZipFields.In64Short || size == ZipFields.In64 || offset == ZipFields.In64);
    }

    private static long? Locate64(ReadOnlySpan<byte> locator)
    {
        var cursor = new SpanCursor(locator, "zip64 locator");
        if (cursor.TakeUInt32() != ZipFields.Locator64Signature)
        {
            return null;
        }

        cursor.TakeUInt32();
        return cursor.TakeInt64();
    }

    private static Bounds ReadEnd64(ReadOnlySpan<byte> record, ByteSource source, long at)
    {
        var cursor = new SpanCursor(record, "zip64 end of central directory");
        if (cursor.TakeUInt32() != ZipFields.End64Signature)
        {
            TorchZipThrow.BadDirectory(source, at, "the zip64 record is not where its locator says");
        }

        cursor.Take(sizeof(ulong) + (2 * sizeof(ushort)) + (2 * sizeof(uint)) + sizeof(ulong));
        var count = cursor.TakeUInt64();
        var size = cursor.TakeUInt64();
        return new(count, size, cursor.TakeUInt64(), IsIn64: false);
    }

    private static Dictionary<string, ZipEntry> Parse(ReadOnlySpan<byte> directory, int count, long directoryStart, ByteSource source)
    {
        var entries = new Dictionary<string, ZipEntry>(count, StringComparer.OrdinalIgnoreCase);
        var cursor = new SpanCursor(directory, "central directory");
        try
        {
            for (var i = 0; i < count; i++)
            {
                var at = directoryStart + cursor.Position;
                var entry = ParseEntry(ref cursor, source, at);
                if (entry.LocalOffset > directoryStart - ZipFields.LocalHeaderSize
                    || entry.CompressedSize > directoryStart - ZipFields.LocalHeaderSize - entry.LocalOffset)
                {
                    TorchZipThrow.BadRecord(source, entry.Name, at, $"the record should have {entry.CompressedSize} bytes after {entry.LocalOffset}, which the file has not");
                }

                if (!entries.TryAdd(entry.Name, entry))
                {
                    TorchZipThrow.Duplicate(source, entries[entry.Name].Name, entry.Name);
                }
            }
        }
        catch (InvalidCheckpointException error) when (error.File is null)
        {
            TorchZipThrow.BadDirectory(source, directoryStart + cursor.Position, error.Message);
        }

        return entries;
    }

    private static ZipEntry ParseEntry(ref SpanCursor cursor, ByteSource source, long at)
    {
        if (cursor.TakeUInt32() != ZipFields.CentralSignature)
        {
            TorchZipThrow.BadDirectory(source, at, "an entry does not start as one");
        }

        cursor.Take(2 * sizeof(ushort));
        var flags = cursor.TakeUInt16();
        var method = cursor.TakeUInt16();
        cursor.Take(2 * sizeof(ushort));
        var crc = cursor.TakeUInt32();
        ulong compressedSize = cursor.TakeUInt32();
        ulong size = cursor.TakeUInt32();
        var nameLength = cursor.TakeUInt16();
        var extraLength = cursor.TakeUInt16();
        var commentLength = cursor.TakeUInt16();
        cursor.Take((2 * sizeof(ushort)) + sizeof(uint));
        ulong offset = cursor.TakeUInt32();
        var name = Encoding.UTF8.GetString(cursor.Take(nameLength));
        var extra = cursor.Take(extraLength);
        cursor.Take(commentLength);

        if (size == ZipFields.In64 || compressedSize == ZipFields.In64 || offset == ZipFields.In64)
        {
            ReadExtra64(extra, ref size, ref compressedSize, ref offset);
        }

        if (size > long.MaxValue || compressedSize > long.MaxValue || offset > long.MaxValue)
        {
            TorchZipThrow.BadDirectory(source, at, $"the record '{name}' has impossible sizes");
        }

        return new(name, flags, method, crc, (long)compressedSize, (long)size, (long)offset);
    }

    private static void ReadExtra64(ReadOnlySpan<byte> extra, ref ulong size, ref ulong compressedSize, ref ulong offset)
    {
        var cursor = new SpanCursor(extra, "extra field");
        while (cursor.Remaining >= 2 * sizeof(ushort))
        {
            var tag = cursor.TakeUInt16();
            var block = new SpanCursor(cursor.Take(cursor.TakeUInt16()), "zip64 extra field");
            if (tag == ZipFields.Extra64Tag)
            {
                size = size == ZipFields.In64 ? block.TakeUInt64() : size;
                compressedSize = compressedSize == ZipFields.In64 ? block.TakeUInt64() : compressedSize;
                offset = offset == ZipFields.In64 ? block.TakeUInt64() : offset;
                return;
            }
        }
    }

    private readonly record struct Bounds(ulong Count, ulong Size, ulong Offset, bool IsIn64);
}
