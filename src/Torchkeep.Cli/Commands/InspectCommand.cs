using System.CommandLine;
using Torchkeep.Cli.Modules;
using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Commands;

/// <summary><c>torchkeep inspect</c>: what is in a file.</summary>
internal static class InspectCommand
{
    internal static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The checkpoint: .pt, .pth, whatever its name; or a folder with the weights of a model." };
        var json = new Option<bool>("--json") { Description = "Write one JSON object with every tensor and value." };
        var hash = new Option<bool>("--hash") { Description = "Read every tensor and give the SHA-256 of its elements." };
        var all = new Option<bool>("--all") { Description = "Fold nothing: show every entry." };
        var modules = new Option<bool>("--modules") { Description = "Show the modules as PyTorch's print(model) does, with their parameters and sizes." };
        var model = ModelOption.Create("Of several models the one to show with --modules, such as 'generator'.");
        var index = IndexOption.Create();
        var command = new Command("inspect", "Lists the tensors and values of a file. No tensor is read unless --hash asks for it.") { file, json, hash, all, modules, model, index };
        var reading = ReadingOptions.Of(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(modules) && (result.GetValue(json) || result.GetValue(hash) || result.GetValue(all)))
            {
                result.AddError("--modules stands alone: it has nothing for --json, --hash and --all.");
            }
            else if (!result.GetValue(modules) && result.GetResult(model) is not null)
            {
                result.AddError("--model is for --modules.");
            }
        });
        command.SetAction(result =>
        {
            if (result.GetValue(modules))
            {
                ShowModules(result.GetRequiredValue(file), result.GetValue(model), result.GetValue(index), reading.From(result), terminal);
                return ExitCodes.Fine;
            }

            Inspect(result.GetRequiredValue(file), result.GetValue(json), result.GetValue(hash), result.GetValue(all), result.GetValue(index), reading.From(result), terminal);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Inspect(string file, bool json, bool hash, bool all, int? index, ReadOptions reading, Terminal terminal)
    {
        using var opened = CheckpointFile.Open(file, index, reading);
        var checkpoint = opened.Checkpoint;

        // Whatever can fail does so here, before the first byte of output.
        var survey = Survey.Of(checkpoint, json ? Survey.MaxTextLength(opened.Input.Length) : null);
        if (hash)
        {
            SizeNote.Write(terminal, opened.Input, checkpoint, survey.BytesToHash, "of tensors are hashed");
            survey.Hash();
        }

        if (json)
        {
            JsonReport.Write(terminal.Output, file, opened, survey);
        }
        else
        {
            var trees = TreeBuilder.Build(checkpoint, survey, all);
            HumanReport.Write(terminal, opened, survey, trees);
        }
    }

    private static void ShowModules(string file, string? path, int? index, ReadOptions reading, Terminal terminal)
    {
        using var opened = CheckpointFile.Open(file, index, reading);
        var checkpoint = opened.Checkpoint;
        var module = ModelOption.Find(checkpoint, path);
        var root = module is null ? ModuleNodes.Of(checkpoint.FindStateDict(path)) : ModuleNodes.Of(module);
        ModuleReport.Write(terminal, file, opened, root, OutsideNote.Of(checkpoint, path), module?.Walk().Count() ?? 0, module is not null);
    }
}
