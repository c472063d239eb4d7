namespace Torchkeep;

/// <summary>The bytes break the format: truncated, inconsistent, corrupt, or not a checkpoint at all.</summary>
public sealed class InvalidCheckpointException : CheckpointException
{
    internal InvalidCheckpointException(string problem, Exception? innerException = null)
        : base(problem, innerException)
    {
    }
}
