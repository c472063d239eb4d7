namespace Torchkeep;

/// <summary>
/// What one file has asked for so far. Some limits hold for all of its records, pickles and tensors together, and grow with
/// its length: a small file may not ask for much.
/// </summary>
/// <param name="limits">The limits of one record, pickle or tensor, and those of the file.</param>
/// <param name="length">The bytes of the file.</param>
internal sealed class FileBudget(ReadLimits limits, long length)
{
    // What any file may ask for, however small it is: a tenth of a second, or so many bytes of memory.
    private const long FreeEntries = 250_000;
    private const long FreeCharacters = 32L << 20;
    private const long FreeMemory = 128L << 20;
    private const long FreeInflated = 256L << 20;
    private const long FreeNested = 1L << 20;

    // No name is longer than the keys that it is made of; deep objects share theirs.
    private const int MaxCharactersPerByte = 16;

    // Tensors that are tied come under two names.
    private const int TensorsPerByte = 2;

    private long _length = length;
    private long _opcodes;
    private long _inflated;
    private long _nested;
    private long _tensorBytes;
    private long _sharedBytes;

    internal ReadLimits Limits => limits;

    /// <summary>The most entries that a walk over the object may visit.</summary>
    internal long MaxEntries => Smaller(limits.MaxEntries, FreeEntries, limits.MaxEntriesPerOpcode, Interlocked.Read(ref _opcodes));

    /// <summary>The most characters that the names of all tensors may have.</summary>
    internal long MaxNameCharacters => Smaller(limits.MaxNameCharacters, FreeCharacters, MaxCharactersPerByte, Interlocked.Read(ref _length));

    /// <summary>The most memory that the values of one pickle may take.</summary>
    internal long MaxPickleMemory => Smaller(limits.MaxPickleMemory, FreeMemory, limits.MaxMemoryRatio, Interlocked.Read(ref _length));

    /// <summary>Counts another file of the same checkpoint.</summary>
    internal void AddFile(long bytes) => Interlocked.Add(ref _length, bytes);

    /// <summary>Counts what a pickle ran, or what else values are made of.</summary>
    internal void AddOpcodes(long count) => Interlocked.Add(ref _opcodes, count);

    /// <summary>Counts a record that is decompressed, of which the directory says how long it becomes.</summary>
    internal void AddInflated(long bytes, string? file, string record)
    {
        var limit = Smaller(long.MaxValue, FreeInflated, limits.MaxInflatedRatio, Interlocked.Read(ref _length));
        if (Interlocked.Add(ref _inflated, bytes) > limit)
        {
            throw new UnsupportedCheckpointException(
                $"the compressed records decompress to more than {limit} bytes, the limit for a file of {_length} bytes ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxInflatedRatio)})")
            {
                File = file,
                Record = record,
            };
        }
    }

    /// <summary>Counts a checkpoint that lies in a value: a value can be named many times.</summary>
    internal void AddNested(long bytes)
    {
        if (Interlocked.Add(ref _nested, bytes) > FreeNested + Interlocked.Read(ref _length))
        {
            throw new UnsupportedCheckpointException("the pickle opens the checkpoints in its values so often that they have more bytes than the file");
        }
    }

    /// <summary>Counts a tensor that is read: together they may not have much more bytes than the file.</summary>
    /// <returns>Null, or what the limit is.</returns>
    internal long? AddTensor(long bytes) => Add(ref _tensorBytes, bytes);

    /// <summary>Counts a storage of bytes that another one has too.</summary>
    internal void AddSharedStorage(long bytes)
    {
        if (Add(ref _sharedBytes, bytes) is { } limit)
        {
            throw new UnsupportedCheckpointException(
                $"the storages of the file share bytes, and have together more than {limit} bytes, the limit for a file of its length ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxExpandedBytes)})");
        }
    }

    private long? Add(ref long sum, long bytes)
    {
        var limit = Smaller(long.MaxValue, limits.MaxExpandedBytes, TensorsPerByte, Interlocked.Read(ref _length) + Interlocked.Read(ref _inflated));
        if (bytes > limit - Interlocked.Read(ref sum))
        {
            return limit;
        }

        Interlocked.Add(ref sum, bytes);
        return null;
    }

    private static long Smaller(long limit, long free, long ratio, long count) =>
        (long)Int128.Min(limit, free + ((Int128)ratio * count));
}
