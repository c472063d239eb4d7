namespace Torchkeep.Formats.TorchZip;

/// <summary>One record as the central directory lists it, and where it ends at the latest.</summary>
internal sealed record ZipEntry(
    string Name, ushort Flags, ushort Method, uint Crc, long CompressedSize, long Size, long LocalOffset)
{
    /// <summary>The name with the slashes that a zip file should have (4.4.17), and which some packers of Windows turn round.</summary>
    internal string Path => Name.Contains('\\', StringComparison.Ordinal) ? Name.Replace('\\', '/') : Name;

    /// <summary>Where the next record starts, or the directory.</summary>
    internal long End { get; set; }

    /// <summary>A name that an extra field gives it (4.6.9), which PyTorch does not look at.</summary>
    internal string? OtherName { get; init; }

    /// <summary>Whether a Unix program that unpacks it makes a symbolic link of it (4.4.15: the mode in the upper half).</summary>
    internal bool IsLink { get; init; }
}
