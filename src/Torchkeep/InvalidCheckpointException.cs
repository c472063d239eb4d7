namespace Torchkeep;

/// <summary>The bytes break the format: truncated, inconsistent, corrupt, or not a checkpoint at all.</summary>
public sealed class InvalidCheckpointException : CheckpointException
{
    internal InvalidCheckpointException(string problem, Exception? innerException = null)
        : base(problem, innerException)
    {
    }

    /// <summary>Whether the bytes are something else altogether, as far as that can be told from damage.</summary>
    internal bool IsForeign { get; init; }
}
