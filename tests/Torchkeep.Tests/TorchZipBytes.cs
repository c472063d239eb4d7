using System.IO.Compression;

namespace Torchkeep.Tests;

/// <summary>
/// A torch zip in memory, by the framework's zip writer and so independent of ours: records in the given order, stored
/// and unaligned.
/// </summary>
internal static class TorchZipBytes
{
    /// <summary>The smallest file that PyTorch reads: the pickle, the storages by key, the version.</summary>
    internal static byte[] Build(byte[] pickle, params (string Key, byte[] Bytes)[] storages) =>
        Archive(
            [
                ("archive/data.pkl", pickle),
                .. storages.Select(storage => ($"archive/data/{storage.Key}", storage.Bytes)),
                ("archive/version", "3\n"u8.ToArray()),
            ]);

    /// <summary>As <see cref="Build"/>, with <c>byteorder</c> saying <c>big</c>.</summary>
    internal static byte[] BuildBigEndian(byte[] pickle, params (string Key, byte[] Bytes)[] storages) =>
        Archive(
            [
                ("archive/data.pkl", pickle),
                ("archive/byteorder", "big"u8.ToArray()),
                .. storages.Select(storage => ($"archive/data/{storage.Key}", storage.Bytes)),
                ("archive/version", "3\n"u8.ToArray()),
            ]);

    /// <summary>Any zip.</summary>
    internal static byte[] Archive(
        IEnumerable<(string Name, byte[] Bytes)> records, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (var (name, bytes) in records)
            {
                using var record = zip.CreateEntry(name, compression).Open();
                record.Write(bytes);
            }
        }

        return stream.ToArray();
    }
}
