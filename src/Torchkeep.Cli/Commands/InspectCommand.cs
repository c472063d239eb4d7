using System.CommandLine;
using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Commands;

/// <summary><c>torchkeep inspect</c>: what is in a file.</summary>
internal static class InspectCommand
{
    internal static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The checkpoint: .pt, .pth, whatever its name." };
        var json = new Option<bool>("--json") { Description = "Write one JSON object with every tensor and value." };
        var hash = new Option<bool>("--hash") { Description = "Read every tensor and give the SHA-256 of its elements." };
        var all = new Option<bool>("--all") { Description = "Fold nothing: show every entry." };
        var command = new Command("inspect", "Lists the tensors and values of a file. No tensor is read unless --hash asks for it.") { file, json, hash, all };
        command.SetAction(result =>
        {
            Inspect(result.GetRequiredValue(file), result.GetValue(json), result.GetValue(hash), result.GetValue(all), terminal);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Inspect(string file, bool json, bool hash, bool all, Terminal terminal)
    {
        if (Directory.Exists(file))
        {
            throw new CommandException($"'{file}' is a directory");
        }

        using var checkpoint = Checkpoint.Open(file);

        // Whatever can fail does so here, before the first byte of output.
        var survey = Survey.Of(checkpoint, hash);
        if (json)
        {
            survey.CheckLengths();
            JsonReport.Write(terminal.Output, file, checkpoint, survey);
        }
        else
        {
            var trees = TreeBuilder.Build(checkpoint, survey, all);
            HumanReport.Write(terminal, file, checkpoint, survey, trees);
        }
    }
}
