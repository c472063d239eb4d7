using System.Buffers;

namespace Torchkeep.Formats;

/// <summary>What a check of a container's bytes finds.</summary>
/// <param name="source">The file.</param>
/// <param name="options">How it is read, with what it may ask for.</param>
/// <param name="cancellationToken">Stops the check.</param>
internal sealed class ContainerCheck(ByteSource source, ReadOptions options, CancellationToken cancellationToken)
{
    private const int BufferSize = 1 << 20;

    // A broken directory makes every record a broken one; more than this says no more.
    private const int MaxFaults = 1000;

    private readonly List<VerificationFault> _faults = [];

    // The file and the record of each, as a storage's bytes name theirs.
    private readonly List<(string? File, string? Record)> _places = [];

    private readonly HashSet<(string? File, string? Record)> _faulty = [];

    internal ByteSource Source => source;

    internal ReadOptions Options => options;

    internal ReadLimits Limits => options.Limits;

    internal FileBudget Budget => options.Budget!;

    /// <summary>Whether an index names the file.</summary>
    internal bool IsShard { get; init; }

    internal CancellationToken CancellationToken => cancellationToken;

    internal CheckpointFormat Format { get; set; }

    internal IReadOnlyList<VerificationFault> Faults => _faults;

    /// <summary>The bytes of the file, and of those that it names.</summary>
    internal long Length { get; private set; } = source.Length;

    /// <summary>Bytes that no checksum covers.</summary>
    internal long UncheckedBytes { get; set; }

    internal int TensorCount { get; set; }

    internal int StorageCount { get; set; }

    internal int CheckpointCount { get; private set; }

    internal VerificationReport ToReport() => new(Format, Length, Faults)
    {
        UncheckedBytes = UncheckedBytes,
        CheckpointCount = CheckpointCount,
        TensorCount = TensorCount,
        StorageCount = StorageCount,
    };

    internal void Add(string problem, string? record, long? offset = null) => Add(new(problem, record, offset, []), source.Name, record);

    /// <summary>Takes an error for a fault. Its place is told by properties, and its message without them.</summary>
    internal void Add(CheckpointException error)
    {
        var shard = error.File is { } file && file != source.Name ? Path.GetFileName(file) : null;
        Add(new(error.Problem, Inside(shard, error.Record), error.Offset, []), error.File, error.Record);
    }

    /// <summary>Takes the faults of a file that this one names.</summary>
    internal void AddShard(ContainerCheck shard)
    {
        Length += shard.Length;
        UncheckedBytes += shard.UncheckedBytes;
        var name = Path.GetFileName(shard.Source.Name);
        foreach (var (fault, place) in shard._faults.Zip(shard._places))
        {
            Add(fault with { Record = Inside(name, fault.Record) }, place.File, place.Record);
        }
    }

    /// <summary>Takes the faults of what begins in this file at a byte.</summary>
    internal void AddPart(ContainerCheck part, long at)
    {
        Format = CheckpointCount++ == 0 ? part.Format : Format;
        TensorCount += part.TensorCount;
        StorageCount += part.StorageCount;
        Length += part.Length - part.Source.Length;
        UncheckedBytes += part.UncheckedBytes;
        foreach (var (fault, place) in part._faults.Zip(part._places))
        {
            Add(fault.Record is null ? fault with { Offset = fault.Offset + at } : fault, place.File, place.Record);
        }
    }

    internal bool IsFaulty(string? file, string record) => _faulty.Contains((file, record));

    /// <summary>Says which tensors a broken record has.</summary>
    internal void Hit(string? file, string record, IReadOnlyList<string> tensors)
    {
        for (var i = 0; i < _faults.Count; i++)
        {
            if (_places[i] == (file, record))
            {
                _faults[i] = _faults[i] with { Tensors = tensors };
            }
        }
    }

    private static string? Inside(string? shard, string? record) => shard is null || record is null ? shard ?? record : $"{shard} > {record}";

    private void Add(VerificationFault fault, string? file, string? record)
    {
        if (_faults.Count < MaxFaults && !_faults.Any(known => known.Problem == fault.Problem && known.Record == fault.Record))
        {
            _faults.Add(fault);
            _places.Add((file, record));
            _faulty.Add((file, record));
        }
    }

    /// <summary>Reads every byte, of which none is covered by a checksum.</summary>
    internal void ReadAll()
    {
        Read(source, 0, source.Length, static (_, _) => { }, cancellationToken);
        UncheckedBytes = source.Length;
    }

    internal static void Read(ByteSource source, long start, long length, Action<ReadOnlySpan<byte>, long> take, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, BufferSize));
        try
        {
            for (long done = 0; done < length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done));
                source.Read(start + done, part);
                take(part, done);
                done += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
