using System.CommandLine;
using Torchkeep.Cli;
using Torchkeep.Cli.Commands;
using Torchkeep.Cli.Output;

var terminal = Terminal.OfProcess();
var root = new RootCommand("Says what is in a PyTorch checkpoint, whether it is whole and whether it is safe, and converts it, without running anything in it.")
{
    InspectCommand.Create(terminal),
    VerifyCommand.Create(terminal),
    ScanCommand.Create(terminal),
    ConvertCommand.Create(terminal),
    ScaffoldCommand.Create(terminal),
};
return root.Run(args, terminal);
