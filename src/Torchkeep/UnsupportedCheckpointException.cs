namespace Torchkeep;

/// <summary>
/// The request is legal but Torchkeep does not do it: a container kind it cannot open, a limit of
/// <see cref="ReadLimits"/> that was passed, a value that cannot be written. The message says what would help.
/// </summary>
public sealed class UnsupportedCheckpointException : CheckpointException
{
    internal UnsupportedCheckpointException(string problem, Exception? innerException = null)
        : base(problem, innerException)
    {
    }
}
