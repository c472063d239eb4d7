using Torchkeep.GpuBenchmarks;
using TorchSharp;

// check FOLDER: compares values with those that peer.py wrote there. time FOLDER: the times of the table.
if (args is not ["check" or "time", var folder])
{
    Console.Error.WriteLine("usage: Torchkeep.GpuBenchmarks check|time FOLDER");
    return 64;
}

Console.WriteLine($"CUDA {(torch.cuda.is_available() ? "is" : "is not")} available, libtorch {torch.__version__}, {Environment.ProcessorCount} processors");
var device = torch.cuda.is_available() ? torch.CUDA : torch.CPU;
return args[0] == "check" ? new Checks(folder, device).Run() : new Times(folder, device).Run();
