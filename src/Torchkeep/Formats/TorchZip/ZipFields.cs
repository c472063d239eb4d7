namespace Torchkeep.Formats.TorchZip;

/// <summary>The zip structures (PKWARE APPNOTE 6.3.10; sections in the comments).</summary>
internal static class ZipFields
{
    // 4.3.7 local file header: signature, needed, flags, method, time, date, crc, two sizes, two lengths.
    internal const uint LocalSignature = 0x04034b50;
    internal const int LocalHeaderSize = sizeof(uint) + (5 * sizeof(ushort)) + (3 * sizeof(uint)) + (2 * sizeof(ushort));
    internal const int LocalNameLengthAt = LocalHeaderSize - (2 * sizeof(ushort));

    // 4.3.9 data descriptor.
    internal const uint DescriptorSignature = 0x08074b50;

    // 4.3.12 central directory header: signature, made by, needed, flags, method, time, date, crc, two sizes,
    // three lengths, disk, internal attributes, external attributes, offset.
    internal const uint CentralSignature = 0x02014b50;
    internal const int CentralHeaderSize = sizeof(uint) + (6 * sizeof(ushort)) + (3 * sizeof(uint)) + (5 * sizeof(ushort)) + (2 * sizeof(uint));

    // 4.3.14 zip64 end of central directory record.
    internal const uint End64Signature = 0x06064b50;
    internal const int End64Size = sizeof(uint) + sizeof(ulong) + (2 * sizeof(ushort)) + (2 * sizeof(uint)) + (4 * sizeof(ulong));

    // 4.3.15 zip64 end of central directory locator.
    internal const uint Locator64Signature = 0x07064b50;
    internal const int Locator64Size = sizeof(uint) + sizeof(uint) + sizeof(ulong) + sizeof(uint);

    // 4.3.16 end of central directory record.
    internal const uint EndSignature = 0x06054b50;
    internal const int EndSize = sizeof(uint) + (4 * sizeof(ushort)) + (2 * sizeof(uint)) + sizeof(ushort);

    /// <summary>A field that says: look in the zip64 block (4.4.1.4).</summary>
    internal const uint In64 = uint.MaxValue;

    /// <summary>The same of a 16-bit field.</summary>
    internal const ushort In64Short = ushort.MaxValue;

    /// <summary>Extra field with 64-bit numbers (4.5.3).</summary>
    internal const ushort Extra64Tag = 1;

    /// <summary>Extra field with a name in UTF-8, behind its version and the CRC-32 of the other name (4.6.9).</summary>
    internal const ushort ExtraNameTag = 0x7075;

    internal const int ExtraNameAt = sizeof(byte) + sizeof(uint);

    /// <summary>PyTorch's extra field that aligns a payload: "FB", filled with "Z" (inline_container.cc, getPadding).</summary>
    internal const ushort ExtraPaddingTag = 0x4246;

    internal const byte PaddingByte = (byte)'Z';

    // Kind of file in a mode of Unix (sys/stat.h, S_IFMT and S_IFLNK).
    internal const uint ModeKind = 0xf000;
    internal const uint ModeLink = 0xa000;

    internal const ushort Stored = 0;
    internal const ushort Deflated = 8;

    internal const ushort EncryptedFlag = 1;
    internal const ushort DescriptorFlag = 1 << 3;
    internal const ushort Utf8Flag = 1 << 11;
}
