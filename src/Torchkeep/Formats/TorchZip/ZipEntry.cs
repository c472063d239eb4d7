namespace Torchkeep.Formats.TorchZip;

/// <summary>One record as the central directory lists it.</summary>
internal readonly record struct ZipEntry(
    string Name, ushort Flags, ushort Method, uint Crc, long CompressedSize, long Size, long LocalOffset);
