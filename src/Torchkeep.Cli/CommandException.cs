namespace Torchkeep.Cli;

/// <summary>A refusal of the command itself; its message is all that is said.</summary>
internal sealed class CommandException(string message) : Exception(message)
{
    internal int ExitCode { get; init; } = ExitCodes.Unreadable;
}
