using System.Text;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>The records of an archive: listed, opened where they lie, or read whole where they are small.</summary>
internal sealed class ZipRecords
{
    // The small records hold a word or a number.
    private const int MaxTextRecord = 256;

    // The most that deflate can do (zlib's documentation, "Maximum Compression Factor"), rounded up.
    private const int MaxDeflateRatio = 1033;

    private readonly ZipDirectory _directory;
    private readonly HashSet<ZipEntry> _counted = new(ReferenceEqualityComparer.Instance);

    private ZipRecords(ByteSource source, ReadOptions options, ZipDirectory directory)
    {
        Source = source;
        Options = options;
        _directory = directory;
    }

    internal ByteSource Source { get; }

    internal ReadOptions Options { get; }

    /// <summary>How many bytes of the source the archive takes.</summary>
    internal long Length => _directory.Listing.Length;

    internal IEnumerable<string> Names => _directory.Entries.Select(entry => entry.Path);

    internal static async ValueTask<ZipRecords> ReadAsync(ByteSource source, ReadOptions options, bool async, CancellationToken cancellationToken) =>
        new(source, options, await ZipDirectory.ReadAsync(source, options.Limits, async, cancellationToken).ConfigureAwait(false));

    internal bool Has(string record) => _directory.Find(record) is not null;

    /// <summary>The folders, at most one deep, that hold a record of a name; without any the deeper ones, as of an archive that was packed again.</summary>
    internal IReadOnlyList<string> FoldersOf(string name)
    {
        List<string> flat = [], deep = [];
        foreach (var entry in _directory.Entries)
        {
            if (entry.Name.EndsWith(name, StringComparison.Ordinal)
                && entry.Path[..^name.Length] is var folder
                && (folder.Length == 0 || folder[^1] == '/'))
            {
                (folder.AsSpan().Count('/') <= 1 ? flat : deep).Add(folder);
            }
        }

        return flat.Count > 0 ? flat : deep;
    }

    internal async ValueTask<string> ReadTextAsync(string record, bool async, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await ReadAsync(OpenSmall(record, MaxTextRecord, limit: null, cancellationToken), async, cancellationToken).ConfigureAwait(false));

    /// <summary>A pickle, or what else describes the tensors.</summary>
    internal ValueTask<byte[]> ReadPickleAsync(string record, bool async, CancellationToken cancellationToken) =>
        ReadAsync(OpenPickle(record, cancellationToken), async, cancellationToken);

    /// <summary>The same, of a length that an array can have.</summary>
    internal ByteSource OpenPickle(string record, CancellationToken cancellationToken) =>
        OpenSmall(record, Options.Limits.MaxPickleBytes, nameof(ReadLimits.MaxPickleBytes), cancellationToken);

    /// <summary>The bytes of a record, whose checksum is checked when they are read.</summary>
    internal ByteSource Open(ReadOnlySpan<char> record) => Open(record, Options.VerifyChecksums);

    /// <summary>The bytes of a record that has checksums of its own inside.</summary>
    internal ByteSource OpenUnchecked(string record) => Open(record, verify: false);

    private static async ValueTask<byte[]> ReadAsync(ByteSource source, bool async, CancellationToken cancellationToken)
    {
        var bytes = new byte[source.Length];
        await source.ReadAsync(0, bytes, async, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private ByteSource OpenSmall(string record, long maxLength, string? limit, CancellationToken cancellationToken)
    {
        var source = Open(record);
        if (source.Length > Math.Min(maxLength, Array.MaxLength))
        {
            var option = limit is null ? "" : $" ({nameof(ReadLimits)}.{limit})";
            TorchZipThrow.UnsupportedRecord(Source, record, $"the record has {source.Length} bytes, over the limit of {maxLength}{option}");
        }

        // Its bytes are known to be there before there is an array of the length that it claims.
        if (source is InflatedByteSource)
        {
            source.Verify(cancellationToken);
        }

        return source;
    }

    private ByteSource Open(ReadOnlySpan<char> record, bool verify)
    {
        var entry = _directory.Find(record);
        if (entry is null)
        {
            TorchZipThrow.MissingRecord(Source, record.ToString());
        }

        if ((entry.Flags & ZipFields.EncryptedFlag) != 0)
        {
            TorchZipThrow.UnsupportedRecord(Source, entry.Name, "the record is encrypted");
        }

        switch (entry.Method)
        {
            case ZipFields.Stored:
                if (entry.Size != entry.CompressedSize)
                {
                    TorchZipThrow.BadRecord(Source, entry.Name, $"the record is stored, and yet {entry.CompressedSize} bytes should be {entry.Size}");
                }

                return new ZipRecordSource(Source, entry, verify);
            case ZipFields.Deflated:
                return Inflate(entry, verify);
            default:
                TorchZipThrow.UnsupportedRecord(Source, entry.Name, $"the record is compressed by method {entry.Method}; only 0 (stored) and 8 (deflated) are read");
                return null!;
        }
    }

    // By itself, because what a lambda needs is allocated where a method starts.
    private InflatedByteSource Inflate(ZipEntry entry, bool verify)
    {
        if (entry.Size / MaxDeflateRatio > entry.CompressedSize)
        {
            TorchZipThrow.BadRecord(Source, entry.Name, $"{entry.CompressedSize} deflated bytes cannot decompress to {entry.Size}");
        }

        bool isFirst;
        lock (_counted)
        {
            isFirst = _counted.Add(entry);
        }

        if (isFirst)
        {
            Options.Budget?.AddInflated(entry.Size, Source.Name, entry.Name);
        }

        uint? crc = verify && entry.Crc != 0 ? entry.Crc : null;
        return new(() => new ZipRecordSource(Source, entry, verify: false), Source.Name, entry.Name, entry.Size, crc, Options.Limits.MaxInflatedBytes);
    }
}
