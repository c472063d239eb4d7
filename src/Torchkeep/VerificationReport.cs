namespace Torchkeep;

/// <summary>What <see cref="CheckpointVerifier"/> found.</summary>
public sealed record VerificationReport
{
    internal VerificationReport(CheckpointFormat format, long length, IReadOnlyList<VerificationFault> faults)
    {
        Format = format;
        Length = length;
        Faults = faults;
    }

    /// <summary>The container kind; of several checkpoints that of the first.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>The bytes of the file, and of the files that an index names; each was read.</summary>
    public long Length { get; }

    /// <summary>What is wrong, in the file's order; empty for a whole file.</summary>
    public IReadOnlyList<VerificationFault> Faults { get; }

    /// <summary>Whether nothing is wrong, as far as <see cref="UncheckedBytes"/> lets anyone tell.</summary>
    public bool IsWhole => Faults.Count == 0;

    /// <summary>
    /// How many bytes of records or of the whole file no checksum covers: those of kinds that have none (the stream and
    /// tar formats), and records whose CRC-32 the writer left out. Whether one of them was changed cannot be told, unless
    /// it breaks the structure.
    /// </summary>
    public long UncheckedBytes { get; internal init; }

    /// <summary>Checkpoints that stand one after another in the file (<see cref="Checkpoint.OpenAll(string, ReadOptions?)"/>); most files have one.</summary>
    public int CheckpointCount { get; internal init; }

    /// <summary>Tensors in the object, each counted once; 0 when the object cannot be read.</summary>
    public int TensorCount { get; internal init; }

    /// <summary>Storages under them.</summary>
    public int StorageCount { get; internal init; }
}
