namespace Torchkeep;

/// <summary>A name that unpickling a file would use.</summary>
/// <param name="Name">Module and name. Names that are put together, by <c>getattr</c> or on the stack, are put together here too.</param>
/// <param name="Risk">What it could do.</param>
/// <param name="Use">What would be done with it.</param>
/// <param name="Count">How often, in this record.</param>
/// <param name="Record">The record of the pickle, or null where the file is one.</param>
/// <param name="Offset">The opcode that uses it first: inside <paramref name="Record"/> if that is set, else inside the file.</param>
public sealed record ScannedGlobal(PyGlobal Name, GlobalRisk Risk, GlobalUse Use, int Count, string? Record, long Offset);
