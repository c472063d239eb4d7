using System.CommandLine;
using Torchkeep.Cli.Output.Scan;
using Torchkeep.Cli.Scanning;

namespace Torchkeep.Cli.Commands;

/// <summary><c>torchkeep scan</c>: what would run.</summary>
internal static class ScanCommand
{
    private const string Error = "error";
    private const string Warning = "warning";

    internal static Command Create(Output.Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "The files: checkpoints, pickles, archives of them; or folders, in which all are looked at.", Arity = ArgumentArity.OneOrMore };
        var allow = new Option<string[]>("--allow")
        {
            Description = "Names that are trusted: 'module.name' or 'module.*', with commas between, or a file with one on a line and '#' before comments.",
            HelpName = "NAMES",
        };
        var failOn = new Option<string>("--fail-on") { Description = "The level of findings from which the exit code is 1.", DefaultValueFactory = _ => Warning, HelpName = "LEVEL" };
        var json = new Option<bool>("--json") { Description = "Write one JSON object." };
        var sarif = new Option<bool>("--sarif") { Description = "Write a SARIF 2.1.0 log, for services that show code scanning results." };
        failOn.AcceptOnlyFromAmong(Error, Warning);
        allow.Validators.Add(result =>
        {
            try
            {
                _ = AllowList.Read(result.GetValueOrDefault<string[]>() ?? []);
            }
            catch (Exception error) when (error is ArgumentException or IOException or UnauthorizedAccessException)
            {
                result.AddError(error.Message);
            }
        });
        var command = new Command("scan", "Says what in the files would run if Python unpickled them. Nothing in them is executed.") { files, allow, failOn, json, sarif };
        var reading = ReadingOptions.OfLimits(command);
        command.SetAction(result =>
        {
            var options = AllowList.Read(result.GetValue(allow) ?? []) with { Limits = reading.LimitsFrom(result) };
            var scan = ScannedPaths.Of(result.GetRequiredValue(files), options);
            Write(scan, result.GetValue(json), result.GetValue(sarif), terminal);
            var limit = result.GetRequiredValue(failOn) == Error ? ScanLevel.Error : ScanLevel.Warning;
            return FileLoop.ExitCode(scan.Files, report => report.Level is not { } level || level < limit);
        });
        return command;
    }

    private static void Write(ScannedPaths scan, bool json, bool sarif, Output.Terminal terminal)
    {
        if (sarif)
        {
            ScanSarif.Write(terminal.Output, scan.Files);
        }
        else if (json)
        {
            ScanJson.Write(terminal.Output, scan);
        }
        else
        {
            ScanText.Write(terminal, scan);
        }
    }
}
