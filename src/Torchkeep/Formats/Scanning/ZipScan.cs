using System.Buffers.Binary;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;
using Torchkeep.Pickle;

namespace Torchkeep.Formats.Scanning;

/// <summary>A zip archive: what readers could see differently in it, and every record for itself.</summary>
internal static class ZipScan
{
    private static readonly string[] _pickleEnds = [".pkl", ".pickle", ".debug_pkl"];

    // How Linux, Windows and macOS programs and libraries start.
    private static readonly byte[][] _nativeStarts = [[0x7f, (byte)'E', (byte)'L', (byte)'F'], [0xcf, 0xfa, 0xed, 0xfe], [0xfe, 0xed, 0xfa, 0xcf], [0xca, 0xfe, 0xba, 0xbe]];

    private static readonly string[] _nativeEnds = [".so", ".dll", ".dylib", ".exe", ".cubin"];

    internal static void Run(FileScan scan, ScanPart part)
    {
        var length = ZipExtent.FindAsync(part.Source, scan.Limits, async: false, scan.CancellationToken).Complete();
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

            PickleScan.Sniff(scan, part);
            return;
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
        }

        var sources = listing.Entries.Where(entry => entry.Name.EndsWith(".py", StringComparison.OrdinalIgnoreCase)).ToLookup(entry => entry.Name.Contains("/code/", StringComparison.Ordinal));
        if (sources[true].Any())
        {
            scan.Add(ScanRule.ScriptCode, "the archive holds TorchScript, which torch.jit.load runs", Place(part, sources[true].First().Name));
        }

        if (sources[false].Any())
        {
            scan.Add(ScanRule.PackageCode, "the archive holds Python source, which torch.package runs", Place(part, sources[false].First().Name));
        }
    }

    private static void LookAtRecord(FileScan scan, ScanPart part, ZipEntry entry, bool isTorchScript)
    {
        if (entry.Size == 0 || (entry.Flags & ZipFields.EncryptedFlag) != 0)
        {
            return;
        }

        // Python ends a name at its first NUL.
        var name = entry.Name.Split('\0')[0];
        var isNamedPickle = _pickleEnds.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        ByteSource? bytes = entry.Method switch
        {
            ZipFields.Stored => new ZipRecordSource(part.Source, entry, verify: false),
            ZipFields.Deflated => new InflatedByteSource(() => new ZipRecordSource(part.Source, entry, verify: false), part.Source.Name, entry.Name, entry.Size, crc: null, scan.Limits.MaxInflatedBytes),
            _ => null,
        };
        try
        {
            if (bytes is not null)
            {
                LookAtBytes(scan, part.Inside(bytes, entry.Name, isNamedPickle) with { IsTorchScript = isTorchScript && isNamedPickle });
            }
        }
        catch (CheckpointException error)
        {
            scan.Add(ScanRule.UnreadRecord, error.Problem, Place(part, entry.Name));
        }
    }

    private static void LookAtBytes(FileScan scan, ScanPart record)
    {
        var start = new byte[(int)Math.Min(record.Source.Length, 4)];
        record.Source.Read(0, start);
        if (_nativeStarts.Any(native => start.AsSpan().StartsWith(native)) || _nativeEnds.Any(end => record.Record!.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
        {
            scan.Add(ScanRule.NativeCode, "the record is a program or a library", record.Record);
        }

        if (record.IsNamedPickle || new TorchZipFormat().Matches(start))
        {
            scan.Later(record);
        }
        else if (PickleScan.StartsAsPickle(start) && Trace(scan, record) is not null)
        {
            scan.Add(ScanRule.HiddenPickle, "the record is a pickle, and its name does not say so", record.Record);
            scan.Later(record with { IsNamedPickle = true });
        }
    }

    // Elements of a tensor can start as a pickle does; they do not go on as one.
    private static PickleTrace? Trace(FileScan scan, ScanPart record)
    {
        var bytes = new byte[Math.Min(record.Source.Length, Math.Min(scan.Limits.MaxPickleBytes, Array.MaxLength))];
        record.Source.Read(0, bytes);
        return PickleScan.TryTrace(bytes, scan.Limits) is { } trace && PickleScan.UsesNames(trace) ? trace : null;
    }

    private static string? Place(ScanPart part, string? record) => record is null ? part.Record : part.Place(record);
}
