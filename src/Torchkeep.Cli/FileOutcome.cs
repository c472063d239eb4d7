namespace Torchkeep.Cli;

/// <summary>What came of a file.</summary>
/// <param name="File">The path as it was given.</param>
/// <param name="Result">What was found, or null.</param>
/// <param name="Error">Why there is no result.</param>
internal sealed record FileOutcome<T>(string File, T? Result, string? Error)
    where T : class;
