namespace Torchkeep;

/// <summary>How a checkpoint is written. The defaults give what <c>torch.save</c> writes.</summary>
public sealed record WriteOptions
{
    /// <summary>The options used when none are given.</summary>
    public static WriteOptions Default { get; } = new();

    /// <summary>
    /// Whether a file is flushed to the disk before it takes the name of the old one. Default: true. Without it a save
    /// is faster, and a power cut soon after may leave an empty file.
    /// </summary>
    public bool FlushToDisk { get; init; } = true;

    /// <summary>
    /// The alignment of every record's first byte, in bytes: a power of two up to 32,768. Default: 64, as PyTorch's
    /// <c>torch.utils.serialization.config.save.storage_alignment</c>.
    /// </summary>
    public int StorageAlignment { get; init; } = 64;

    /// <summary>
    /// The folder inside the archive that holds all records, or null for PyTorch's own choice: the file's name without
    /// its extension, and <c>archive</c> for a stream or a name that is not ASCII. Must be 1 to 255
    /// ASCII characters without a slash.
    /// </summary>
    public string? ArchiveName { get; init; }
}
