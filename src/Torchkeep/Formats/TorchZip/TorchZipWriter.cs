using System.Globalization;
using System.Numerics;
using System.Text;
using Torchkeep.IO;
using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchZip;

/// <summary>Writes a graph as <c>torch.save</c> does: the pickle, four small records, the storages, version and id.</summary>
internal static class TorchZipWriter
{
    private const int MaxAlignment = 1 << 15;
    private const int MaxArchiveName = byte.MaxValue;

    internal static async ValueTask WriteAsync(SaveJob job, Stream stream, string? path)
    {
        var options = job.Options;
        var archiveName = options.ArchiveName ?? (path is null ? TorchZipConstants.DefaultArchiveName : ArchiveName(path));
        if (!BitOperations.IsPow2(options.StorageAlignment) || options.StorageAlignment > MaxAlignment)
        {
            throw new ArgumentException($"{nameof(WriteOptions.StorageAlignment)} must be a power of two up to {MaxAlignment}, and is {options.StorageAlignment}");
        }

        if (archiveName.Length is 0 or > MaxArchiveName || !Ascii.IsValid(archiveName) || archiveName.AsSpan().ContainsAny('/', '\\'))
        {
            throw new ArgumentException($"{nameof(WriteOptions.ArchiveName)} must be 1 to {MaxArchiveName} ASCII characters without a slash, and is '{archiveName}'");
        }

        var (pickle, storages) = TorchPickleEncoder.Encode(job.Root, job.Plan);
        var total = storages.Sum(storage => storage.Bytes.Length);
        long done = 0;

        using var writer = new ZipRecordWriter(stream, options.StorageAlignment, job.Async, job.CancellationToken);
        await WriteRecordAsync(TorchZipConstants.PickleRecord, pickle).ConfigureAwait(false);
        await WriteTextAsync(TorchZipConstants.FormatVersionRecord, TorchZipConstants.FormatVersion).ConfigureAwait(false);
        await WriteTextAsync(TorchZipConstants.AlignmentRecord, options.StorageAlignment.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        await WriteTextAsync(TorchZipConstants.ByteOrderRecord, TorchZipConstants.ByteOrderLittle).ConfigureAwait(false);
        Report(0);
        await writer.WriteAllAsync(
            [.. storages.Select(storage => ($"{archiveName}/{TorchZipConstants.DataFolder}{storage.Key}", storage.Bytes, storage.TensorName))],
            path is null ? null : stream as FileStream,
            options.FlushToDisk,
            Report).ConfigureAwait(false);

        await WriteTextAsync(TorchZipConstants.VersionRecord, TorchZipConstants.Version).ConfigureAwait(false);
        await WriteTextAsync(TorchZipConstants.SerializationIdRecord, SerializationId(writer.Records)).ConfigureAwait(false);
        await writer.FinishAsync().ConfigureAwait(false);

        ValueTask WriteTextAsync(string record, string text) => WriteRecordAsync(record, Encoding.ASCII.GetBytes(text));

        ValueTask WriteRecordAsync(string record, ReadOnlyMemory<byte> bytes) =>
            writer.WriteAsync($"{archiveName}/{record}", new MemoryByteSource(bytes));

        void Report(int count)
        {
            done += count;
            job.Progress?.Report(new(done, total));
        }
    }

    /// <summary>The folder inside the archive for a path, by the rule of PyTorch's writer (inline_container.cc, setup).</summary>
    internal static string ArchiveName(string path)
    {
        var name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        var stem = name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : name;
        return stem.Length > 0 && Ascii.IsValid(stem) ? stem : TorchZipConstants.DefaultArchiveName;
    }

    /// <summary>
    /// Forty digits that tell two saves apart. PyTorch logs them and checks nothing; its own first half hangs on the
    /// iteration order of a C++ hash set, so ours is the same sum over names in written order.
    /// </summary>
    private static string SerializationId(IEnumerable<ZipRecordWriter.WrittenRecord> records)
    {
        ulong names = 0;
        ulong contents = 0;
        foreach (var record in records)
        {
            names = Combine(names, System.IO.Hashing.Crc32.HashToUInt32(record.Name));
            contents = record.Size > 0 ? Combine(contents, record.Crc) : contents;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{names:D20}{contents:D20}");

        // c10/util/hash.h, hash_combine.
        static ulong Combine(ulong hash, ulong value) => hash ^ (value + 0x9e3779b9 + (hash << 6) + (hash >> 2));
    }
}
