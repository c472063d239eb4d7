namespace Torchkeep.Cli;

/// <summary>A folder that a verb is given in place of a file.</summary>
internal static class InputFolder
{
    /// <summary>What a folder holds whose weights its path opens; null for a file and any other folder.</summary>
    internal static ModelFolder? Find(string path) =>
        Directory.Exists(path) && ModelFolder.Read(path) is { Weights: not null } folder ? folder : null;

    /// <summary>The checkpoints that a path means: all of a folder, and else itself. What an index names goes with the index.</summary>
    internal static IEnumerable<string> Checkpoints(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                return [path];
            }

            var parts = ModelFolder.Read(path).Parts.Where(part => part.IsCheckpoint).ToList();
            var hasIndex = parts.Exists(part => part.Role == FolderRole.Weights && part.Name.EndsWith(".json", StringComparison.Ordinal));
            List<string> found = [.. parts.Where(part => part.Role != FolderRole.Shard || !hasIndex).Select(part => part.Path)];
            return found.Count > 0 ? found : [path];
        }
        catch (Exception error) when (error is CheckpointException or IOException or UnauthorizedAccessException)
        {
            // Said where the path is opened.
            return [path];
        }
    }
}
