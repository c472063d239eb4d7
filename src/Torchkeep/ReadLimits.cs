namespace Torchkeep;

/// <summary>
/// How much work and memory a file may ask for before Torchkeep refuses it with
/// <see cref="UnsupportedCheckpointException"/>. The defaults pass every real checkpoint we know of with a wide margin.
/// </summary>
/// <remarks>
/// Lengths inside a file are never believed beyond the bytes that are there, whatever the limits say. The limits bound
/// what a small hostile file could still ask for. Those that are called a ratio grow with the file: what they allow is
/// counted over all of it, and the files of a sharded checkpoint are one. None can be negative: setting one so is an
/// <see cref="ArgumentOutOfRangeException"/>. Zero allows nothing of that kind.
/// </remarks>
public sealed record ReadLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static ReadLimits Default { get; } = new();

    /// <summary>
    /// The most bytes one pickle may have. Default: 1 GiB. A pickle grows by about 150 bytes a tensor, so this is room
    /// for seven million tensors.
    /// </summary>
    public long MaxPickleBytes { get; init => field = NotNegative(value); } = 1L << 30;

    /// <summary>The most opcodes one pickle may run. Default: 500 million, under a minute of work.</summary>
    public long MaxOpcodes { get; init => field = NotNegative(value); } = 500_000_000;

    /// <summary>The most values that may wait on the unpickler's stack, which bounds nesting. Default: 10 million.</summary>
    public int MaxDepth { get; init => field = NotNegative(value); } = 10_000_000;

    /// <summary>The most memo entries one pickle may fill. Default: 100 million.</summary>
    public int MaxMemoEntries { get; init => field = NotNegative(value); } = 100_000_000;

    /// <summary>
    /// The most memory, in bytes, that may be allocated for the values of one pickle: an empty dictionary is one byte of it
    /// and fifty in memory. Tensors' bytes are not among them. Looked at every few thousand opcodes; <see cref="CheckpointScanner"/> counts
    /// what it keeps of a pickle instead. <see cref="MaxMemoryRatio"/> bounds it too. Default: 16 GiB.
    /// </summary>
    public long MaxPickleMemory { get; init => field = NotNegative(value); } = 16L << 30;

    /// <summary>
    /// How many times as much memory as the file has bytes may be allocated for the values of one pickle, beyond 128 MiB that
    /// any may take. Default: 128.
    /// </summary>
    public int MaxMemoryRatio { get; init => field = NotNegative(value); } = 128;

    /// <summary>The longest single string, bytes value or integer in bytes. Default: 256 MiB.</summary>
    public int MaxStringBytes { get; init => field = NotNegative(value); } = 256 << 20;

    /// <summary>
    /// The most bytes that JSON of a file may have: the header of a safetensors file, the index of a sharded checkpoint.
    /// Default: 100,000,000, as safetensors' own limit; .NET's longest array bounds it.
    /// </summary>
    public int MaxJsonBytes { get; init => field = NotNegative(value); } = 100_000_000;

    /// <summary>The most records an archive, or tensors a safetensors file or index, may hold. Default: 20 million.</summary>
    public long MaxRecords { get; init => field = NotNegative(value); } = 20_000_000;

    /// <summary>
    /// The most entries a walk over the object graph may visit. A small file can hold a graph whose paths are without
    /// end, by naming one list many times: <see cref="MaxEntriesPerOpcode"/> bounds it too. Default: 50 million.
    /// </summary>
    public long MaxEntries { get; init => field = NotNegative(value); } = 50_000_000;

    /// <summary>
    /// How many times as many entries as the file's pickles have opcodes a walk may visit, beyond 250,000 that any may have.
    /// Objects that share their parts have more entries than opcodes. Default: 8.
    /// </summary>
    public int MaxEntriesPerOpcode { get; init => field = NotNegative(value); } = 8;

    /// <summary>
    /// The most characters that the names of all listed tensors may have together. A small file can nest its tensors so
    /// deep, or under such long keys, that their names fill any memory; nor more than 32 million and 16 for each byte of the
    /// file. Default: 256 million.
    /// </summary>
    public long MaxNameCharacters { get; init => field = NotNegative(value); } = 256L << 20;

    /// <summary>
    /// The most bytes a compressed record may decompress to. Up to 16 MiB are decompressed into memory, more into a temporary file,
    /// which is gone when the checkpoint is. Default: 2,147,483,591 bytes, the longest array of .NET.
    /// </summary>
    public int MaxInflatedBytes { get; init => field = NotNegative(value); } = Array.MaxLength;

    /// <summary>
    /// The most bytes that a file which is compressed as a whole may unpack to; they go to a temporary file. Default: 64 GiB.
    /// </summary>
    public long MaxUnpackedBytes { get; init => field = NotNegative(value); } = 64L << 30;

    /// <summary>
    /// How many times as many bytes as the file has its compressed records may decompress to, all together and beyond 256 MiB
    /// that those of any file may. Deflate can reach 1032. Default: 100.
    /// </summary>
    public int MaxInflatedRatio { get; init => field = NotNegative(value); } = 100;

    /// <summary>
    /// The most bytes that a tensor may have beyond those of its storage; and those that all tensors that are read may have
    /// together, beyond twice the bytes of the file with its compressed records decompressed. A stride of zero lets 16 bytes in a
    /// file claim to be a tensor of a tebibyte. Default: 512 MiB.
    /// </summary>
    public long MaxExpandedBytes { get; init => field = NotNegative(value); } = 512L << 20;

    /// <summary>
    /// The most bytes of a stream that cannot seek, which is copied to a temporary file before anything of it is read. Default:
    /// 16 GiB.
    /// </summary>
    public long MaxSpooledBytes { get; init => field = NotNegative(value); } = 16L << 30;

    private static T NotNegative<T>(T value)
        where T : System.Numerics.INumberBase<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }
}
