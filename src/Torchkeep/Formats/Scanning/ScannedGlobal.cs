namespace Torchkeep;

/// <summary>A name that unpickling a file would use.</summary>
/// <param name="Name">Module and name. Names that are put together, by <c>getattr</c> or on the stack, are put together here too.</param>
/// <param name="Risk">What its use could do.</param>
/// <param name="Use">The most that would be done with it: a call is more than making an object, and that is more than the import which comes before.</param>
/// <param name="Count">How often that, in this record.</param>
/// <param name="Record">The record of the pickle, or null where the file is one.</param>
/// <param name="Offset">The opcode that uses it so first: inside <paramref name="Record"/> if that is set, else inside the file.</param>
public sealed record ScannedGlobal(PyGlobal Name, GlobalRisk Risk, GlobalUse Use, int Count, string? Record, long Offset)
{
    /// <summary>Why it is harmless or dangerous, in a few words; null if that is not known.</summary>
    public string? Reason { get; internal init; }

    /// <summary>Whether <see cref="ScanOptions.AllowedGlobals"/> has it, so that it is no more than a note.</summary>
    public bool IsAllowed { get; internal init; }
}
