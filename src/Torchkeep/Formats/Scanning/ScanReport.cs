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

    /// <summary>Every name that unpickling would use, in the file's order; once for each record and use.</summary>
    public IReadOnlyList<ScannedGlobal> Globals { get; }

    /// <summary>What stands out, in the order it was met.</summary>
    public IReadOnlyList<ScanFinding> Findings { get; }

    /// <summary>Whether nothing weighs more than a note.</summary>
    public bool IsClean => Findings.All(finding => finding.Rule.Level == ScanLevel.Note);
}
