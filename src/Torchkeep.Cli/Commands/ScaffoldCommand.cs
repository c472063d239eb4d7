using System.CommandLine;
using System.Text.RegularExpressions;
using Torchkeep.Cli.Modules;
using Torchkeep.Cli.Output;
using Torchkeep.Cli.Scaffolding;

namespace Torchkeep.Cli.Commands;

/// <summary><c>torchkeep scaffold</c>: the C# classes to load a model into.</summary>
internal static partial class ScaffoldCommand
{
    internal static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The checkpoint with an entire model, as torch.save(model) or torch.jit.save leaves it." };
        var model = ModelOption.Create("Of several models the one to write, such as 'generator'.");
        var space = new Option<string>("--namespace") { Description = "The namespace of the classes.", HelpName = "NAME" };
        var index = IndexOption.Create();
        var command = new Command("scaffold", "Writes C# classes for TorchSharp that take the weights of a model: layers and settings, and forward where there is one way alone.")
        {
            file, model, space, index,
        };
        var reading = ReadingOptions.Of(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(space)?.Tokens is [{ Value: var name }] && !Namespace().IsMatch(name))
            {
                result.AddError($"--namespace takes a name such as My.Models, and not '{name}'.");
            }
        });
        command.SetAction(result =>
        {
            Write(result.GetRequiredValue(file), result.GetValue(model), result.GetValue(space), result.GetValue(index), reading.From(result), terminal);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Write(string file, string? path, string? space, int? index, ReadOptions reading, Terminal terminal)
    {
        using var opened = CheckpointFile.OpenOnly(file, index, reading);
        var checkpoint = opened.Checkpoint;
        var module = ModelOption.Find(checkpoint, path)
            ?? throw new CommandException($"'{file}' has a state_dict, which says nothing of layers: scaffold wants the entire model, saved by torch.save(model). inspect --modules shows the names");
        var code = Scaffold.Write(file, path, module, space);
        using var text = terminal.OpenText();
        text.Write(code);
    }

    [GeneratedRegex(@"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\z")]
    private static partial Regex Namespace();
}
