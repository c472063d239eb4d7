namespace Torchkeep;

/// <summary>What <see cref="CheckpointScanner"/> found.</summary>
public sealed record ScanReport
{
    internal ScanReport(string kind, int pickleCount, IReadOnlyList<ScannedGlobal> globals, IReadOnlyList<ScanFinding> findings)
    {
        Kind = kind;
        PickleCount = pickleCount;
        Globals = globals;
        Findings = findings;
    }

    /// <summary>What PyTorch would take the file for, in a few words.</summary>
    public string Kind { get; }

    /// <summary>Pickles, those in archives and in other pickles too.</summary>
    public int PickleCount { get; }

    /// <summary>
    /// Every name that unpickling would use, in the file's order; once for each record. Of each risk 50,000 are kept, and
    /// an <c>over-limit</c> finding says how many more there are.
    /// </summary>
    public IReadOnlyList<ScannedGlobal> Globals { get; }

    /// <summary>
    /// What stands out, in the order it was met. Of each rule 1,000 are kept, and an <c>over-limit</c> finding at the end
    /// says how many more there are, so that many findings of one kind hide none of another.
    /// </summary>
    public IReadOnlyList<ScanFinding> Findings { get; }

    /// <summary>How much the worst of all that was met weighs, kept or not; null if nothing stands out.</summary>
    public ScanLevel? Level { get; internal init; }

    /// <summary>Whether nothing weighs more than a note.</summary>
    public bool IsClean => Level is null or ScanLevel.Note;

    /// <summary>Whether the file holds TorchScript, of which a scan says nothing: a clean report is none of its code.</summary>
    public bool HasTorchScript { get; internal init; }
}
