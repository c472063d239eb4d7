using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// The central directory. The framework's ZipArchive gives no place of a record's bytes, so this is our own. What two
/// readers could take in two ways is refused: names that differ only in case, which PyTorch takes for one, records that
/// overlap, end records that disagree.
/// </summary>
internal sealed class ZipDirectory
{
    private const int MaxComment = ushort.MaxValue;

    private readonly Dictionary<string, ZipEntry>.AlternateLookup<ReadOnlySpan<char>> _byName;

    private ZipDirectory(ZipListing listing, Dictionary<string, ZipEntry> byName)
    {
        Listing = listing;
        _byName = byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal ZipListing Listing { get; }

    internal IReadOnlyList<ZipEntry> Entries => Listing.Entries;

    internal static async ValueTask<ZipDirectory> ReadAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var listing = await ListAsync(source, limits, async, cancellationToken).ConfigureAwait(false);
        SetEnds(listing.Entries, listing.Start, source);
        return new(listing, ByName(listing.Entries, source));
    }

    /// <summary>The entries as they stand there, with nothing said about names and places.</summary>
    internal static async ValueTask<ZipListing> ListAsync(ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(source.Length, MaxComment + ZipFields.EndSize + ZipFields.Locator64Size + ZipFields.End64Size);
        var tail = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return await ListAsync(source, tail.AsMemory(0, length), limits, async, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(tail);
        }
    }

    private static async ValueTask<ZipListing> ListAsync(ByteSource source, Memory<byte> tail, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        var tailStart = source.Length - tail.Length;
        await source.ReadAsync(tailStart, tail, async, cancellationToken).ConfigureAwait(false);

        var end = FindEnd(tail.Span, source);
        var endStart = tailStart + end;
        var bounds = ReadEnd(tail.Span[end..], source, endStart);
        var comment = BinaryPrimitives.ReadUInt16LittleEndian(tail.Span[(end + ZipFields.EndSize - sizeof(ushort))..]);
        if (Locate64(tail.Span[..end]) is { } at)
        {
            var last = endStart - ZipFields.Locator64Size - ZipFields.End64Size;
            if (last < 0 || at > (ulong)last)
            {
                TorchZipThrow.BadDirectory(source, endStart, "the zip64 record lies outside of the file");
            }

            // PyTorch goes where the locator says, and Python's zipfile to what stands before the locator.
            if (at < (ulong)last)
            {
                TorchZipThrow.BadDirectory(source, endStart, $"the zip64 record should be at {at} and stands at {last}{await ZipShift.DescribeAsync(source, last - (long)at, async, cancellationToken).ConfigureAwait(false)}");
            }

            endStart = (long)at;
            var record = new byte[ZipFields.End64Size];
            await ReadPartAsync(endStart, record).ConfigureAwait(false);
            bounds = ReadEnd64(record, bounds, source, endStart);
        }

        if (bounds.Count > (ulong)limits.MaxRecords)
        {
            TorchZipThrow.TooManyRecords(source, bounds.Count, limits.MaxRecords);
        }

        CheckBounds(bounds, endStart, source);
        if ((ulong)endStart - bounds.Offset - bounds.Size is > 0 and var gap)
        {
            TorchZipThrow.BadDirectory(source, endStart, $"{gap} bytes lie between it and its end record{await ZipShift.DescribeAsync(source, (long)gap, async, cancellationToken).ConfigureAwait(false)}");
        }

        var directory = ArrayPool<byte>.Shared.Rent((int)bounds.Size);
        try
        {
            var bytes = directory.AsMemory(0, (int)bounds.Size);
            await ReadPartAsync((long)bounds.Offset, bytes).ConfigureAwait(false);
            return new(Parse(bytes.Span, (int)bounds.Count, (long)bounds.Offset, source), (long)bounds.Offset, tailStart + end, Math.Min(source.Length, tailStart + end + ZipFields.EndSize + comment));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(directory);
        }

        async ValueTask ReadPartAsync(long offset, Memory<byte> part)
        {
            if (offset >= tailStart)
            {
                tail.Slice((int)(offset - tailStart), part.Length).CopyTo(part);
                return;
            }

            await source.ReadAsync(offset, part, async, cancellationToken).ConfigureAwait(false);
        }
    }

    internal ZipEntry? Find(ReadOnlySpan<char> name) =>
        _byName.TryGetValue(name, out var entry) && name.SequenceEqual(entry.Path) ? entry : null;

    private static int FindEnd(ReadOnlySpan<byte> tail, ByteSource source)
    {
        Span<byte> signature = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, ZipFields.EndSignature);
        var fitting = tail[..Math.Max(0, tail.Length - ZipFields.EndSize + signature.Length)];
        var at = fitting.LastIndexOf(signature);
        if (at < 0)
        {
            TorchZipThrow.NoDirectory(source);
        }

        return at;
    }

    private static Bounds ReadEnd(ReadOnlySpan<byte> record, ByteSource source, long at)
    {
        var cursor = new SpanCursor(record, "end of central directory");
        cursor.Take(sizeof(uint));
        var disk = cursor.TakeUInt16();
        var directoryDisk = cursor.TakeUInt16();
        var countOnDisk = cursor.TakeUInt16();
        var count = cursor.TakeUInt16();
        if (disk is not (0 or ZipFields.In64Short) || directoryDisk != disk || countOnDisk != count)
        {
            TorchZipThrow.SplitArchive(source, at);
        }

        return new(count, cursor.TakeUInt32(), cursor.TakeUInt32());
    }

    private static ulong? Locate64(ReadOnlySpan<byte> beforeEnd)
    {
        if (beforeEnd.Length < ZipFields.Locator64Size)
        {
            return null;
        }

        var cursor = new SpanCursor(beforeEnd[^ZipFields.Locator64Size..], "zip64 locator");
        if (cursor.TakeUInt32() != ZipFields.Locator64Signature)
        {
            return null;
        }

        cursor.TakeUInt32();
        return cursor.TakeUInt64();
    }

    private static Bounds ReadEnd64(ReadOnlySpan<byte> record, Bounds short64, ByteSource source, long at)
    {
        var cursor = new SpanCursor(record, "zip64 end of central directory");
        if (cursor.TakeUInt32() != ZipFields.End64Signature)
        {
            TorchZipThrow.BadDirectory(source, at, "the zip64 record is not where its locator says");
        }

        cursor.Take(sizeof(ulong) + (2 * sizeof(ushort)));
        var disk = cursor.TakeUInt32();
        var directoryDisk = cursor.TakeUInt32();
        var countOnDisk = cursor.TakeUInt64();
        Bounds bounds = new(cursor.TakeUInt64(), cursor.TakeUInt64(), cursor.TakeUInt64());
        if (disk != 0 || directoryDisk != 0 || countOnDisk != bounds.Count)
        {
            TorchZipThrow.SplitArchive(source, at);
        }

        if (!(Agree(short64.Count, bounds.Count, ZipFields.In64Short) && Agree(short64.Size, bounds.Size, ZipFields.In64) && Agree(short64.Offset, bounds.Offset, ZipFields.In64)))
        {
            TorchZipThrow.BadDirectory(source, at, "its two end records disagree");
        }

        return bounds;

        static bool Agree(ulong small, ulong big, ulong in64) => small == big || small == in64;
    }

    private static void CheckBounds(Bounds bounds, long endStart, ByteSource source)
    {
        if (bounds.Offset > (ulong)endStart || bounds.Size > (ulong)endStart - bounds.Offset)
        {
            TorchZipThrow.BadDirectory(source, endStart, $"it should have {bounds.Size} bytes at {bounds.Offset}, which the file has not");
        }

        if (bounds.Count > bounds.Size / ZipFields.CentralHeaderSize || bounds.Size > (ulong)Array.MaxLength)
        {
            TorchZipThrow.BadDirectory(source, (long)bounds.Offset, $"{bounds.Size} bytes cannot list {bounds.Count} records");
        }
    }

    private static ZipEntry[] Parse(ReadOnlySpan<byte> directory, int count, long directoryStart, ByteSource source)
    {
        var entries = new ZipEntry[count];
        var cursor = new SpanCursor(directory, "central directory");
        try
        {
            for (var i = 0; i < count; i++)
            {
                entries[i] = ParseEntry(ref cursor, source, directoryStart + cursor.Position);
            }
        }
        catch (InvalidCheckpointException error)
        {
            error.File ??= source.Name;
            throw;
        }

        if (cursor.Remaining > 0)
        {
            TorchZipThrow.BadDirectory(source, directoryStart + cursor.Position, $"{cursor.Remaining} bytes follow the last of its {count} records");
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
        var disk = cursor.TakeUInt16();
        cursor.Take(sizeof(ushort));
        var mode = cursor.TakeUInt32() >> 16;
        ulong offset = cursor.TakeUInt32();
        var name = Encoding.UTF8.GetString(cursor.Take(nameLength));
        var extra = cursor.Take(extraLength);
        cursor.Take(commentLength);

        if (disk is not (0 or ZipFields.In64Short))
        {
            TorchZipThrow.SplitArchive(source, at);
        }

        if (size == ZipFields.In64 || compressedSize == ZipFields.In64 || offset == ZipFields.In64)
        {
            ReadExtra64(extra, ref size, ref compressedSize, ref offset);
        }

        if (size > long.MaxValue || compressedSize > long.MaxValue || offset > long.MaxValue)
        {
            TorchZipThrow.BadDirectory(source, at, $"the record '{name}' has impossible sizes");
        }

        return new(name, flags, method, crc, (long)compressedSize, (long)size, (long)offset) { OtherName = ReadOtherName(extra), IsLink = (mode & ZipFields.ModeKind) == ZipFields.ModeLink };
    }

    // A field that is cut off is no name; where numbers are needed of it, it is an error.
    private static string? ReadOtherName(ReadOnlySpan<byte> extra)
    {
        for (; extra.Length >= 2 * sizeof(ushort); extra = extra[Math.Min(extra.Length, (2 * sizeof(ushort)) + BinaryPrimitives.ReadUInt16LittleEndian(extra[sizeof(ushort)..]))..])
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[sizeof(ushort)..]), extra.Length - (2 * sizeof(ushort)));
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == ZipFields.ExtraNameTag && length > ZipFields.ExtraNameAt)
            {
                return Encoding.UTF8.GetString(extra.Slice((2 * sizeof(ushort)) + ZipFields.ExtraNameAt, length - ZipFields.ExtraNameAt));
            }
        }

        return null;
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

    // A record ends at the latest where the next one starts; one that could not would share bytes with it.
    private static void SetEnds(ZipEntry[] entries, long directoryStart, ByteSource source)
    {
        var offsets = Array.ConvertAll(entries, entry => entry.LocalOffset);
        var ordered = entries.ToArray();
        Array.Sort(offsets, ordered);
        for (var i = 0; i < ordered.Length; i++)
        {
            var entry = ordered[i];
            entry.End = i + 1 < offsets.Length ? offsets[i + 1] : directoryStart;
            if (entry.CompressedSize > entry.End - entry.LocalOffset - ZipFields.LocalHeaderSize)
            {
                TorchZipThrow.Overlap(source, entry);
            }
        }
    }

    private static Dictionary<string, ZipEntry> ByName(ZipEntry[] entries, ByteSource source)
    {
        var byName = new Dictionary<string, ZipEntry>(entries.Length, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries)
        {
            if (!byName.TryAdd(entry.Path, entry))
            {
                TorchZipThrow.Duplicate(source, byName[entry.Path].Name, entry.Name);
            }
        }

        return byName;
    }

    private readonly record struct Bounds(ulong Count, ulong Size, ulong Offset);
}
