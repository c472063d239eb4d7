using Torchkeep.Torch;

namespace Torchkeep.Formats.TorchZip;

/// <summary>The storages of one pickle: records of a folder, by key.</summary>
internal sealed class ZipStorages(ZipRecords records, string folder, bool isBigEndian) : IStorageLookup
{
    public bool IsBigEndian => isBigEndian;

    public ByteSource Find(string key, long elements, ElementTypeInfo type, out string record)
    {
        record = folder + key;
        return records.Open(record);
    }
}
