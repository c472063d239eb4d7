using System.Buffers.Binary;
using System.IO.Compression;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;

namespace Torchkeep.Formats.Scanning;

/// <summary>A zip archive: what readers could see differently in it, and every record for itself.</summary>
internal static class ZipScan
{
    private static readonly string[] _pickleEnds = [".pkl", ".pickle", ".debug_pkl"];

    private static readonly byte[] _appleDouble = [0x00, 0x05, 0x16, 0x07];

    // How Linux, Windows and macOS programs and libraries start.
    private static readonly byte[][] _nativeStarts = [[0x7f, (byte)'E', (byte)'L', (byte)'F'], [0xcf, 0xfa, 0xed, 0xfe], [0xfe, 0xed, 0xfa, 0xcf], [0xca, 0xfe, 0xba, 0xbe]];

    private static readonly string[] _nativeEnds = [".so", ".dll", ".dylib", ".exe", ".cubin"];

    /// <summary>Whether bytes start as a record, as an archive without any, or as one of several files.</summary>
    internal static bool Matches(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.TryReadUInt32LittleEndian(head, out var signature) && signature is ZipFields.LocalSignature or ZipFields.EndSignature or ZipFields.DescriptorSignature;

    internal static bool Run(FileScan scan, ScanPart part)
    {
        var length = ZipExtent.FindAsync(part.Source, scan.Limits, async: false, scan.CancellationToken).Complete();
        scan.Spend(length);
        if (length < part.Source.Length)
        {
            scan.Later(part.Behind(length) with { IfNothing = null });
        }

        ZipListing listing;
        try
        {
            listing = ZipDirectory.ListAsync(part.Source, scan.Limits, async: false, scan.CancellationToken).Complete();
        }
        catch (CheckpointException error)
        {
            scan.Add(error, part.Record);
            if (length < part.Source.Length)
            {
                scan.Later(part.Inside(new SliceByteSource(part.Source, 0, length), "bytes at 0", isNamedPickle: false));
            }
            else
            {
                PickleScan.Sniff(scan, part);
            }

            return true;
        }

        var audit = new ZipAudit(part.Source, scan.Limits, (anomaly, problem, record, offset) => scan.Add(RuleOf(anomaly), problem, Place(part, record), record is null ? offset : null), scan.CancellationToken);
        audit.Run(listing);
        LookAtEnd(scan, part, listing);
        LookAtNames(scan, part, listing);

        // torch.load leaves an archive with such a record to torch.jit.load (torch/serialization.py, _is_torchscript_zip).
        var scripts = listing.Entries.Select(entry => entry.Name.Split('/')).Where(path => path is [_, "constants.pkl"]).Select(path => path[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in listing.Entries)
        {
            LookAtRecord(scan, part, entry with { End = listing.Start }, isTorchScript: entry.Name.Split('/') is [var root, .. var rest]
                && scripts.Contains(root) && (rest.Length == 1 || entry.Name.EndsWith(".debug_pkl", StringComparison.Ordinal)));
        }

        return true;
    }

    /// <summary>
    /// Looks into an archive at the end of something else, which Python's zipfile finds from there; false if there is none.
    /// </summary>
    internal static bool TryLookAtEnd(FileScan scan, ScanPart part)
    {
        var tail = new byte[Math.Min(part.Source.Length, ushort.MaxValue + ZipFields.EndSize)];
        part.Source.Read(part.Source.Length - tail.Length, tail);
        scan.Spend(tail.Length);
        Span<byte> signature = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, ZipFields.EndSignature);
        var at = tail.AsSpan().LastIndexOf(signature);
        if (at < 0 || at > tail.Length - ZipFields.EndSize)
        {
            return false;
        }

        var end = new ZipEnd(tail.AsSpan(at, ZipFields.EndSize));
        var start = part.Source.Length - tail.Length + at - end.DirectorySize - end.DirectoryOffset;
        if (start <= 0 || end.DirectorySize < ZipFields.CentralHeaderSize)
        {
            return false;
        }

        scan.Add(ScanRule.Polyglot, $"a zip archive ends the file, which programs find from its end: it begins at {start}", part.Record, start);
        scan.Later(part.Inside(new SliceByteSource(part.Source, start, part.Source.Length - start), $"bytes at {start}", isNamedPickle: false));
        return true;
    }

    private static ScanRule RuleOf(ZipAnomaly anomaly) => anomaly switch
    {
        ZipAnomaly.HeadersDisagree => ScanRule.HeadersDisagree,
        ZipAnomaly.WrongBytes => ScanRule.WrongBytes,
        ZipAnomaly.Overlap => ScanRule.Overlap,
        ZipAnomaly.Encrypted => ScanRule.EncryptedRecord,
        ZipAnomaly.NotRead => ScanRule.UnreadRecord,
        _ => ScanRule.UnownedBytes,
    };

    private static void LookAtEnd(FileScan scan, ScanPart part, ZipListing listing)
    {
        var after = part.Source.Length - listing.End - ZipFields.EndSize;
        if (after > 0)
        {
            scan.Add(ScanRule.UnownedBytes, $"{after} bytes follow the end record, as a comment or as nothing", part.Record, listing.End + ZipFields.EndSize);
        }

        // Behind the records: in them it is the end of an archive in the archive.
        var tail = new byte[part.Source.Length - listing.Start];
        part.Source.Read(listing.Start, tail);
        Span<byte> signature = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, ZipFields.EndSignature);
        if (tail.AsSpan().IndexOf(signature) is var first && listing.Start + first != listing.End)
        {
            scan.Add(ScanRule.SeveralEnds, $"another end record seems to begin at {listing.Start + first}, before the one at {listing.End}", part.Record, listing.Start + first);
        }
    }

    private static void LookAtNames(FileScan scan, ScanPart part, ZipListing listing)
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in listing.Entries)
        {
            if (!names.TryAdd(entry.Name, entry.Name))
            {
                scan.Add(ScanRule.DuplicateName, names[entry.Name] == entry.Name ? "the archive has two records of this name" : $"the archive has '{names[entry.Name]}' too", Place(part, entry.Name));
            }

            if (entry.OtherName is { } other && other != entry.Name)
            {
                scan.Add(ScanRule.DuplicateName, $"an extra field names it '{other}', which Python's zipfile takes and PyTorch does not", Place(part, entry.Name));
            }

            var parts = entry.Name.Split('/', '\\');
            if (parts.Contains("..") || (parts[0].Length == 0 && parts.Length > 1) || entry.Name.Contains(':', StringComparison.Ordinal) || entry.Name.Any(char.IsControl) || entry.Name.Contains('\ufffd', StringComparison.Ordinal))
            {
                scan.Add(ScanRule.UnsafeName, "the name leads out of the folder that it is unpacked in, or is not text", Place(part, entry.Name));
            }

            if (entry.IsLink)
            {
                scan.Add(ScanRule.UnsafeName, "the record is a symbolic link, which unpacking makes", Place(part, entry.Name));
            }
        }

        var sources = listing.Entries.Where(entry => entry.Name.EndsWith(".py", StringComparison.OrdinalIgnoreCase)).ToLookup(entry => IsScript(entry.Name));
        if (sources[true].Any())
        {
            scan.Add(ScanRule.ScriptCode, "the archive holds TorchScript, which torch.jit.load runs", Place(part, sources[true].First().Name));
        }

        if (sources[false].Any())
        {
            scan.Add(ScanRule.PackageCode, "the archive holds Python source, which torch.package runs", Place(part, sources[false].First().Name));
        }
    }

    private static bool IsScript(string name) => name.Contains("/code/", StringComparison.Ordinal) && name.EndsWith(".py", StringComparison.OrdinalIgnoreCase);

    private static void LookAtRecord(FileScan scan, ScanPart part, ZipEntry entry, bool isTorchScript)
    {
        if ((entry.Flags & ZipFields.EncryptedFlag) != 0)
        {
            return;
        }

        // Python ends a name at its first NUL.
        var name = entry.Name.Split('\0')[0];
        var hasPickleName = _pickleEnds.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        foreach (var bytes in Readings(part.Source, entry))
        {
            var isNamedPickle = hasPickleName && !IsAppleDouble(bytes);
            LookAtBytes(scan, part.Inside(bytes, entry.Name, isNamedPickle) with
            {
                Owned = bytes,
                IsTorchScript = isTorchScript && isNamedPickle,
                IfPickle = isNamedPickle ? null : new(ScanRule.HiddenPickle, "the record is a pickle, and its name does not say so", Place(part, entry.Name), null),
            });
        }
    }

    // What macOS packs beside each file, under its name with "._" before it (RFC 1740).
    private static bool IsAppleDouble(ByteSource bytes)
    {
        Span<byte> head = stackalloc byte[_appleDouble.Length];
        if (bytes.Length < head.Length)
        {
            return false;
        }

        bytes.Read(0, head);
        return head.SequenceEqual(_appleDouble);
    }

    /// <summary>The bytes of a record as the directory has it, which PyTorch goes by, and as its own header has it where that is other.</summary>
    private static IEnumerable<ByteSource> Readings(ByteSource archive, ZipEntry entry)
    {
        if (entry.LocalOffset > archive.Length - ZipFields.LocalHeaderSize)
        {
            yield break;
        }

        var bytes = new byte[ZipFields.LocalHeaderSize];
        archive.Read(entry.LocalOffset, bytes);
        var (own, start) = ReadHeader(bytes, entry);
        foreach (var reading in own == entry ? [entry] : (ZipEntry[])[entry, own])
        {
            var length = Math.Min(Math.Max(reading.CompressedSize, reading.Method == ZipFields.Stored ? reading.Size : 0), archive.Length - start);
            if (length <= 0 || reading.Size == 0)
            {
                continue;
            }

            var packed = new SliceByteSource(archive, start, length);
            switch (reading.Method)
            {
                case ZipFields.Stored:
                    yield return packed;
                    break;
                case ZipFields.Deflated:
                    yield return new ReopenableByteSource(() => new ForwardByteSource(() => new DeflateStream(new ByteSourceStream(packed), CompressionMode.Decompress), archive.Name, reading.Name, reading.Size));
                    break;
            }
        }
    }

    // Sizes that the header leaves out are those of the directory.
    private static (ZipEntry Entry, long Start) ReadHeader(byte[] header, ZipEntry entry)
    {
        var cursor = new SpanCursor(header, entry.Name);
        cursor.Take(sizeof(uint) + sizeof(ushort));
        var isDeferred = (cursor.TakeUInt16() & ZipFields.DescriptorFlag) != 0;
        var method = cursor.TakeUInt16();
        cursor.Take((2 * sizeof(ushort)) + sizeof(uint));
        var (compressed, size) = (cursor.TakeUInt32(), cursor.TakeUInt32());
        var start = entry.LocalOffset + header.Length + cursor.TakeUInt16() + cursor.TakeUInt16();
        return (isDeferred || compressed == ZipFields.In64 || size == ZipFields.In64 ? entry with { Method = method } : entry with { Method = method, CompressedSize = compressed, Size = size }, start);
    }

    private static void LookAtBytes(FileScan scan, ScanPart record)
    {
        var start = new byte[(int)Math.Min(record.Source.Length, 4)];
        record.Source.Read(0, start);
        if (_nativeStarts.Any(native => start.AsSpan().StartsWith(native)) || _nativeEnds.Any(end => record.Record!.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
        {
            scan.Add(ScanRule.NativeCode, "the record is a program or a library", record.Record);
        }

        scan.Consider(record);
    }

    private static string? Place(ScanPart part, string? record) => record is null ? part.Record : part.Place(record);
}
