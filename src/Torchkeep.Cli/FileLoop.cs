namespace Torchkeep.Cli;

/// <summary>Goes over the files of a command that takes several: one that cannot be read does not keep the others from it.</summary>
internal static class FileLoop
{
    internal static FileOutcome<T> Try<T>(string file, ReadLimits limits, Func<InputFile, T> look)
        where T : class
    {
        try
        {
            using var input = InputFile.Find(file, new() { Limits = limits });
            return new(file, look(input), null);
        }
        catch (Exception error) when (error is CommandException or CheckpointException or IOException or UnauthorizedAccessException)
        {
            return new(file, null, CommandWords.Of(error.Message));
        }
    }

    /// <summary>The worst of all: unreadable before found before fine.</summary>
    internal static int ExitCode<T>(IReadOnlyList<FileOutcome<T>> outcomes, Func<T, bool> isFine)
        where T : class =>
        outcomes.Any(outcome => outcome.Result is null) ? ExitCodes.Unreadable
            : outcomes.All(outcome => isFine(outcome.Result!)) ? ExitCodes.Fine : ExitCodes.Found;
}
