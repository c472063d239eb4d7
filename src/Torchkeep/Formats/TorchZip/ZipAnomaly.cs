namespace Torchkeep.Formats.TorchZip;

/// <summary>What a look at every byte of an archive can find.</summary>
internal enum ZipAnomaly
{
    /// <summary>What stands before or after a record's bytes is not what the directory says.</summary>
    HeadersDisagree,

    /// <summary>The bytes fail their CRC-32, or do not decompress.</summary>
    WrongBytes,

    /// <summary>Two records share bytes.</summary>
    Overlap,

    /// <summary>The record is encrypted.</summary>
    Encrypted,

    /// <summary>The record is compressed by a method that PyTorch does not know, or decompresses to more than the limit.</summary>
    NotRead,

    /// <summary>Bytes that belong to no record.</summary>
    UnownedBytes,
}
