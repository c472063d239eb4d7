using System.CommandLine;
using Torchkeep.Cli.Output.Scan;

namespace Torchkeep.Cli.Commands;

/// <summary><c>torchkeep scan</c>: what would run.</summary>
internal static class ScanCommand
{
    internal static Command Create(Output.Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "The files: checkpoints, pickles, archives of them.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Write one JSON object." };
        var sarif = new Option<bool>("--sarif") { Description = "Write a SARIF 2.1.0 log, for services that show code scanning results." };
        var command = new Command("scan", "Says what in the files would run if Python unpickled them. Nothing in them is executed.") { files, json, sarif };
        command.SetAction(result => Scan(result.GetRequiredValue(files), result.GetValue(json), result.GetValue(sarif), terminal));
        return command;
    }

    private static int Scan(string[] files, bool json, bool sarif, Output.Terminal terminal)
    {
        List<FileOutcome<ScanReport>> outcomes = [.. files.Select(file => FileLoop.Try(file, input => input.Scan()))];
        if (sarif)
        {
            ScanSarif.Write(terminal.Output, outcomes);
        }
        else if (json)
        {
            ScanJson.Write(terminal.Output, outcomes);
        }
        else
        {
            ScanText.Write(terminal, outcomes);
        }

        return FileLoop.ExitCode(outcomes, report => report.IsClean);
    }
}
