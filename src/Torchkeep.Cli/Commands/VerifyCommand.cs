using System.CommandLine;
using Torchkeep.Cli.Output.Verify;

namespace Torchkeep.Cli.Commands;

/// <summary><c>torchkeep verify</c>: whether files are whole.</summary>
internal static class VerifyCommand
{
    internal static Command Create(Output.Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "The checkpoints; or folders, of which all checkpoints are read.", Arity = ArgumentArity.OneOrMore };
        var values = new Option<bool>("--values") { Description = "Count NaN and infinity among the elements of each tensor." };
        var json = new Option<bool>("--json") { Description = "Write one JSON object." };
        var command = new Command("verify", "Reads every byte and says whether the files are whole, and which tensors are hit if not.") { files, values, json };
        var reading = ReadingOptions.OfLimits(command);
        command.SetAction(result => Verify(result.GetRequiredValue(files), reading.LimitsFrom(result), result.GetValue(values), result.GetValue(json), terminal));
        return command;
    }

    private static int Verify(string[] files, ReadLimits limits, bool values, bool json, Output.Terminal terminal)
    {
        List<FileOutcome<VerifiedFile>> outcomes = [.. files.SelectMany(InputFolder.Checkpoints).Select(file => FileLoop.Try(file, limits, input => VerifiedFile.Of(input, values, terminal)))];
        if (json)
        {
            VerifyJson.Write(terminal.Output, outcomes);
        }
        else
        {
            VerifyText.Write(terminal, outcomes);
        }

        return FileLoop.ExitCode(outcomes, file => file.Report.IsWhole);
    }
}
