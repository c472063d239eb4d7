using System.CommandLine;

namespace Torchkeep.Cli.Modules;

/// <summary>The option that names one of several models in a file.</summary>
internal static class ModelOption
{
    internal static Option<string> Create(string description) => new("--model") { Description = description, HelpName = "PATH" };

    /// <summary>The module at the path, or null where that is a state_dict.</summary>
    /// <exception cref="CommandException">There is neither, or several.</exception>
    internal static ModuleRecord? Find(Checkpoint checkpoint, string? path)
    {
        try
        {
            return checkpoint.FindModule(path);
        }
        catch (KeyNotFoundException error)
        {
            throw new CommandException($"{error.Message}{(path is null ? " (--model PATH says where to look)" : "")}");
        }
    }
}
