using System.IO.Hashing;
using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>
/// Reads an archive front to back and compares all that it says twice: local headers, descriptors and the directory; the
/// records' bytes and their CRC-32s; where each record ends and the next begins.
/// </summary>
/// <param name="source">The archive.</param>
/// <param name="limits">How much a record may decompress to.</param>
/// <param name="report">Told what is found: the kind, what, the record or null, the byte of the file or null.</param>
/// <param name="cancellationToken">Stops it.</param>
internal sealed class ZipAudit(
    ByteSource source, ReadLimits limits, Action<ZipAnomaly, string, string?, long?> report, CancellationToken cancellationToken)
{
    // 4.4.4: encryption of two kinds, descriptor, names in UTF-8, masked headers.
    private const ushort MeaningfulFlags = ZipFields.EncryptedFlag | ZipFields.DescriptorFlag | (1 << 6) | ZipFields.Utf8Flag | (1 << 13);

    private readonly FileBudget _budget = new(limits, source.Length);

    /// <summary>Bytes of records without a CRC-32, and of those over a limit.</summary>
    internal long UncheckedBytes { get; private set; }

    internal void Run(ZipListing listing)
    {
        long end = 0;
        ZipEntry? before = null;
        foreach (var listed in listing.Entries.OrderBy(entry => entry.LocalOffset))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isInside = listed.LocalOffset < end;
            if (isInside)
            {
                report(ZipAnomaly.Overlap, $"the record begins at {listed.LocalOffset}, before the end of '{before?.Name}' at {end}", listed.Name, listed.LocalOffset);
            }

            Gap(end, listed.LocalOffset);
            end = Math.Max(end, Check(listed with { End = listing.Start }, isInside));
            before = listed;
        }

        Gap(end, listing.Start);
    }

    private void Gap(long end, long next)
    {
        if (next > end)
        {
            report(ZipAnomaly.UnownedBytes, $"{next - end} bytes {(end == 0 ? "before the first record" : "after a record")} belong to nothing that the directory lists", null, end);
        }
    }

    /// <summary>Checks a record; gives the byte after its last.</summary>
    private long Check(ZipEntry entry, bool isInside)
    {
        try
        {
            return CheckRecord(entry, isInside);
        }
        catch (InvalidCheckpointException error)
        {
            report(ZipAnomaly.HeadersDisagree, error.Problem, entry.Name, entry.LocalOffset);
            return entry.LocalOffset + ZipFields.LocalHeaderSize;
        }
    }

    // Many records can lie over the same bytes, which are read once.
    private long CheckRecord(ZipEntry entry, bool isInside)
    {
        var header = new byte[ZipFields.LocalHeaderSize];
        source.Read(entry.LocalOffset, header);
        var cursor = new SpanCursor(header, entry.Name);
        if (cursor.TakeUInt32() != ZipFields.LocalSignature)
        {
            Disagree("no record begins there");
            return entry.LocalOffset;
        }

        cursor.Take(sizeof(ushort));
        var flags = cursor.TakeUInt16();
        var method = cursor.TakeUInt16();
        cursor.Take(2 * sizeof(ushort));
        var (crc, compressed, size) = (cursor.TakeUInt32(), cursor.TakeUInt32(), cursor.TakeUInt32());
        var variable = new byte[cursor.TakeUInt16() + cursor.TakeUInt16()];
        var nameLength = new SpanCursor(header, entry.Name, ZipFields.LocalNameLengthAt).TakeUInt16();
        var start = entry.LocalOffset + header.Length + variable.Length;
        source.Read(entry.LocalOffset + header.Length, variable);

        if (Encoding.UTF8.GetString(variable.AsSpan(0, nameLength)) is var name && name != entry.Name)
        {
            Disagree($"its header calls it '{name}'");
        }

        if ((flags & MeaningfulFlags) != (entry.Flags & MeaningfulFlags))
        {
            Disagree($"its header has the flags 0x{flags:x4}, and the directory 0x{entry.Flags:x4}");
        }

        if (method != entry.Method)
        {
            Disagree($"its header names the method {method}, and the directory {entry.Method}");
        }

        // With a descriptor behind the bytes, the numbers before them may be left out.
        var isDeferred = (flags & ZipFields.DescriptorFlag) != 0;
        var sizes64 = ReadSizes64(variable.AsSpan(nameLength));
        if (!Agree(crc, entry.Crc) || !AgreeSize(compressed, entry.CompressedSize) || !AgreeSize(size, entry.Size))
        {
            Disagree($"its header has CRC-32 {crc:x8} and sizes {compressed} and {size}, and the directory {entry.Crc:x8}, {entry.CompressedSize} and {entry.Size}");
        }

        // Writers put 64-bit sizes there that need only 32 bits too, with 0xffffffff before them or without (CPython Lib/zipfile, force_zip64).
        if (sizes64 is { } big && !(Agree(big.Size, (ulong)entry.Size) && Agree(big.Compressed, (ulong)entry.CompressedSize)))
        {
            Disagree($"the 64-bit field of its header has the sizes {big.Compressed} and {big.Size}, and the directory {entry.CompressedSize} and {entry.Size}");
        }

        CheckPadding(entry, variable.AsSpan(nameLength), start);
        if (entry.CompressedSize > entry.End - start)
        {
            report(ZipAnomaly.Overlap, $"its {entry.CompressedSize} bytes at {start} do not end before {entry.End}, where the directory begins", entry.Name, start);
            return start;
        }

        if (isInside)
        {
            UncheckedBytes += entry.Size;
        }
        else
        {
            CheckBytes(entry, start);
        }

        return start + entry.CompressedSize + CheckDescriptor(entry, start + entry.CompressedSize);

        bool Agree(ulong local, ulong central) => local == central || (isDeferred && local == 0);

        bool AgreeSize(uint local, long central) =>
            Agree(local, (ulong)central) || (local == ZipFields.In64 && (central >= ZipFields.In64 || sizes64 is not null));

        void Disagree(string what) => report(ZipAnomaly.HeadersDisagree, what, entry.Name, entry.LocalOffset);
    }

    /// <summary>
    /// The sizes in the zip64 field of a record's own header, which has both (4.5.3), or null where it has none. Eight bytes
    /// alone are a record's place, which PyTorch writes there.
    /// </summary>
    private static (ulong Size, ulong Compressed)? ReadSizes64(ReadOnlySpan<byte> extra)
    {
        var cursor = new SpanCursor(extra, record: null);
        while (cursor.Remaining >= 2 * sizeof(ushort))
        {
            var (tag, length) = (cursor.TakeUInt16(), cursor.TakeUInt16());
            if (length > cursor.Remaining)
            {
                return null;
            }

            var field = new SpanCursor(cursor.Take(length), record: null);
            if (tag == ZipFields.Extra64Tag && length >= 2 * sizeof(ulong))
            {
                return (field.TakeUInt64(), field.TakeUInt64());
            }
        }

        return null;
    }

    // PyTorch fills with one letter what aligns the bytes; anything else there is a place to hide things in.
    private void CheckPadding(ZipEntry entry, ReadOnlySpan<byte> extra, long start)
    {
        var cursor = new SpanCursor(extra, entry.Name);
        while (cursor.Remaining >= 2 * sizeof(ushort))
        {
            var (tag, length) = (cursor.TakeUInt16(), cursor.TakeUInt16());
            if (length > cursor.Remaining)
            {
                report(ZipAnomaly.HeadersDisagree, $"an extra field of its header has {length} bytes, of which {cursor.Remaining} are there", entry.Name, start);
                return;
            }

            if (cursor.Take(length) is var field && tag == ZipFields.ExtraPaddingTag && field.IndexOfAnyExcept(ZipFields.PaddingByte, (byte)0) >= 0)
            {
                report(ZipAnomaly.UnownedBytes, "the padding before its bytes is not empty", entry.Name, start - extra.Length);
            }
        }
    }

    private void CheckBytes(ZipEntry entry, long start)
    {
        if ((entry.Flags & ZipFields.EncryptedFlag) != 0)
        {
            report(ZipAnomaly.Encrypted, "the record is encrypted", entry.Name, entry.LocalOffset);
            return;
        }

        if (entry.Crc == 0)
        {
            UncheckedBytes += entry.Size;
        }

        try
        {
            switch (entry.Method)
            {
                case ZipFields.Stored when entry.Size == entry.CompressedSize:
                    var crc = new Crc32();
                    ContainerCheck.Read(source, start, entry.Size, (bytes, _) => crc.Append(bytes), cancellationToken);
                    if (entry.Crc != 0 && crc.GetCurrentHashAsUInt32() is var found && found != entry.Crc)
                    {
                        report(ZipAnomaly.WrongBytes, $"the CRC-32 of its {entry.Size} bytes is {found:x8}, and {entry.Crc:x8} was stored with them: they are corrupt", entry.Name, null);
                    }

                    break;
                case ZipFields.Stored:
                    report(ZipAnomaly.HeadersDisagree, $"it is stored, and yet {entry.CompressedSize} bytes should be {entry.Size}", entry.Name, entry.LocalOffset);
                    break;
                case ZipFields.Deflated:
                    _budget.AddInflated(entry.Size, source.Name, entry.Name);
                    var deflated = new SliceByteSource(source, start, entry.CompressedSize);
                    new InflatedByteSource(() => deflated, source.Name, entry.Name, entry.Size, entry.Crc == 0 ? null : entry.Crc, limits.MaxInflatedBytes).Verify(cancellationToken);
                    break;
                default:
                    report(ZipAnomaly.NotRead, $"the record is compressed by method {entry.Method}, which PyTorch does not read", entry.Name, entry.LocalOffset);
                    break;
            }
        }
        catch (CheckpointException error)
        {
            UncheckedBytes += error is UnsupportedCheckpointException && entry.Crc != 0 ? entry.Size : 0;
            report(error is InvalidCheckpointException ? ZipAnomaly.WrongBytes : ZipAnomaly.NotRead, error.Problem, entry.Name, null);
        }
    }

    /// <summary>The length of the descriptor behind a record's bytes (4.3.9: with a signature or without, of two widths).</summary>
    private int CheckDescriptor(ZipEntry entry, long at)
    {
        if ((entry.Flags & ZipFields.DescriptorFlag) == 0)
        {
            return 0;
        }

        var bytes = new byte[Math.Max(0, Math.Min((2 * sizeof(uint)) + (2 * sizeof(ulong)), entry.End - at))];
        source.Read(at, bytes);
        foreach (var (signature, width) in new[] { (true, sizeof(uint)), (true, sizeof(ulong)), (false, sizeof(uint)), (false, sizeof(ulong)) })
        {
            var length = (signature ? sizeof(uint) : 0) + sizeof(uint) + (2 * width);
            if (length > bytes.Length)
            {
                continue;
            }

            var cursor = new SpanCursor(bytes, entry.Name);
            if ((!signature || cursor.TakeUInt32() == ZipFields.DescriptorSignature) && cursor.TakeUInt32() == entry.Crc && Size(ref cursor, width) == (ulong)entry.CompressedSize && Size(ref cursor, width) == (ulong)entry.Size)
            {
                return length;
            }
        }

        report(ZipAnomaly.HeadersDisagree, "the descriptor behind its bytes has not the CRC-32 and sizes of the directory", entry.Name, at);
        return 0;

        static ulong Size(ref SpanCursor cursor, int width) => width == sizeof(uint) ? cursor.TakeUInt32() : cursor.TakeUInt64();
    }
}
