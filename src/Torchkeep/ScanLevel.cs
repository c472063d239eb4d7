namespace Torchkeep;

/// <summary>How much a finding of a scan weighs; the levels of SARIF 2.1.0, 3.27.10.</summary>
public enum ScanLevel
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>Not what PyTorch writes, and not shown to be an attack.</summary>
    Warning,

    /// <summary>Something would run, or somebody hides something.</summary>
    Error,
}
