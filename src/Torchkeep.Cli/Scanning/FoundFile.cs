namespace Torchkeep.Cli.Scanning;

/// <summary>A file in a folder.</summary>
/// <param name="Path">Its path, which starts with the folder as it was given.</param>
/// <param name="Error">Why it cannot be looked at, or null.</param>
internal sealed record FoundFile(string Path, string? Error);
