namespace Torchkeep.Formats.TorchZip;

/// <summary>One record as the central directory lists it, and where it ends at the latest.</summary>
internal readonly record struct ZipEntry(
    string Name, ushort Flags, ushort Method, uint Crc, long CompressedSize, long Size, long LocalOffset, long End)
{
    /// <summary>A name that an extra field gives it (4.6.9), which PyTorch does not look at.</summary>
    internal string? OtherName { get; init; }
}
