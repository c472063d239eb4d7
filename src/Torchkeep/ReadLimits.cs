namespace Torchkeep;

/// <summary>
/// How much work and memory a file may ask for before Torchkeep refuses it with
/// <see cref="UnsupportedCheckpointException"/>. The defaults pass every real checkpoint we know of with a wide margin.
/// </summary>
/// <remarks>
/// Lengths inside a file are never believed beyond the bytes that are there, whatever the limits say. The limits bound
/// what a small hostile file could still ask for.
/// </remarks>
public sealed record ReadLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static ReadLimits Default { get; } = new();

    /// <summary>
    /// The most bytes one pickle may have. Default: 1 GiB. A pickle grows by about 150 bytes a tensor, so this is room
    /// for seven million tensors.
    /// </summary>
    public long MaxPickleBytes { get; init; } = 1L << 30;

    /// <summary>The most opcodes one pickle may run. Default: 500 million, under a minute of work.</summary>
    public long MaxOpcodes { get; init; } = 500_000_000;

    /// <summary>The most values that may wait on the unpickler's stack, which bounds nesting. Default: 10 million.</summary>
    public int MaxDepth { get; init; } = 10_000_000;

    /// <summary>The most memo entries one pickle may fill. Default: 100 million.</summary>
    public int MaxMemoEntries { get; init; } = 100_000_000;

    /// <summary>
    /// The most memory, in bytes, that may be allocated for the values of one pickle: an empty dictionary is one byte of it
    /// and a hundred in memory. Tensors' bytes are not among them. Looked at every few thousand opcodes. Default: 16 GiB.
    /// </summary>
    public long MaxPickleMemory { get; init; } = 16L << 30;

    /// <summary>The longest single string, bytes value or integer in bytes. Default: 256 MiB.</summary>
    public int MaxStringBytes { get; init; } = 256 << 20;

    /// <summary>
    /// The most bytes that JSON of a file may have: the header of a safetensors file, the index of a sharded checkpoint.
    /// Default: 100,000,000, as safetensors' own limit; .NET's longest array bounds it.
    /// </summary>
    public int MaxJsonBytes { get; init; } = 100_000_000;

    /// <summary>The most records an archive, or tensors a safetensors file or index, may hold. Default: 20 million.</summary>
    public long MaxRecords { get; init; } = 20_000_000;

    /// <summary>
    /// The most entries a walk over the object graph may visit. A small file can hold a graph whose paths are without
    /// end, by naming one list many times. Default: 50 million.
    /// </summary>
    public long MaxEntries { get; init; } = 50_000_000;

    /// <summary>
    /// The most characters that the names of all listed tensors may have together. A small file can nest its tensors so
    /// deep, or under such long keys, that their names fill any memory. Default: 256 million.
    /// </summary>
    public long MaxNameCharacters { get; init; } = 256L << 20;

    /// <summary>
    /// The most bytes a compressed record may unfold to; such records are unfolded into memory. Default: 2,147,483,591
    /// bytes, the longest array of .NET.
    /// </summary>
    public int MaxInflatedBytes { get; init; } = Array.MaxLength;

    /// <summary>
    /// The most bytes that a file which is compressed as a whole may unpack to; they go to a temporary file. Default: 64 GiB.
    /// </summary>
    public long MaxUnpackedBytes { get; init; } = 64L << 30;

    /// <summary>
    /// The most bytes a tensor may have beyond those of its storage. A stride of zero lets 16 bytes in a file claim to
    /// be a tensor of a tebibyte. Default: 4 GiB.
    /// </summary>
    public long MaxExpandedBytes { get; init; } = 4L << 30;
}
