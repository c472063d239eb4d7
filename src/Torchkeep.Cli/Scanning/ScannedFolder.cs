namespace Torchkeep.Cli.Scanning;

/// <summary>What was looked at in a folder.</summary>
/// <param name="Folder">The path as it was given.</param>
/// <param name="ScannedCount">Files that are checkpoints or pickles.</param>
/// <param name="SkippedCount">Files that are neither, of which nothing would be unpickled.</param>
internal sealed record ScannedFolder(string Folder, int ScannedCount, int SkippedCount);
