using System.CommandLine;
using Torchkeep.Cli;
using Torchkeep.Cli.Commands;
using Torchkeep.Cli.Output;

var terminal = Terminal.OfProcess();
var root = new RootCommand("Says what is in a PyTorch checkpoint and converts it, without running anything in it.")
{
    InspectCommand.Create(terminal),
    ConvertCommand.Create(terminal),
    ScaffoldCommand.Create(terminal),
};
return root.Run(args, terminal);
