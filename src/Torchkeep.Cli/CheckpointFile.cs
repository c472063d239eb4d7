namespace Torchkeep.Cli;

/// <summary>Opens the file that a verb is given.</summary>
internal static class CheckpointFile
{
    internal static Checkpoint Open(string file) => Directory.Exists(file)
        ? throw new CommandException($"'{file}' is a directory")
        : Checkpoint.Open(file);
}
