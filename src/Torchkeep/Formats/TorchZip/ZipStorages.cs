using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchZip;

/// <summary>The storages of one pickle: records of a folder, by key.</summary>
internal sealed class ZipStorages(ZipRecords records, string folder, bool isBigEndian, string extension = "") : IStorageLookup
{
    // What is longer becomes a text of its own to be looked up.
    private const int MaxUsualName = 256;

    public bool IsBigEndian => isBigEndian;

    public ByteSource Find(string key, long elements, ElementTypeInfo type)
    {
        Span<char> record = stackalloc char[MaxUsualName];
        return records.Open(record.TryWrite($"{folder}{key}{extension}", out var length) ? record[..length] : folder + key + extension);
    }
}
