using System.CommandLine;
using System.CommandLine.Invocation;
using Torchkeep.Cli.Output;

namespace Torchkeep.Cli;

/// <summary>Runs the verb that the arguments name, and turns what goes wrong into one line and an exit code.</summary>
internal static class CommandRunner
{
    internal static int Run(this RootCommand root, IReadOnlyList<string> arguments, Terminal terminal)
    {
        // A file may be called @weights.pt: no argument names a file of further arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        using var output = terminal.OpenText();
        var configuration = new InvocationConfiguration { Output = output, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        if (parsed.Action is ParseErrorAction refusal)
        {
            // What is said about the arguments, suggestions too, is no output.
            refusal.ShowHelp = false;
            configuration.Output = terminal.Error;
            parsed.Invoke(configuration);
            return ExitCodes.Usage;
        }

        try
        {
            return parsed.Invoke(configuration);
        }
        catch (Exception error) when (error is CommandException or CheckpointException or IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"torchkeep: {SafeText.Escape(error is CommandException ? error.Message : CommandWords.Of(error.Message))}");
            return (error as CommandException)?.ExitCode ?? ExitCodes.Unreadable;
        }
    }
}
