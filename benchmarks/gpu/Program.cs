using Torchkeep.GpuBenchmarks;
using TorchSharp;

// The program of run.sh: what it needs of libtorch comes from the PyTorch that is there.
if (args is not [var mode, var folder, ..])
{
    Console.Error.WriteLine("check FOLDER | time FOLDER LABEL | tune FOLDER");
    return 2;
}

var device = torch.cuda.is_available() ? torch.CUDA : torch.CPU;
Console.WriteLine($"# {mode} on {device}, libtorch {torch.__version__}, {Environment.ProcessorCount} processors");
switch (mode)
{
    case "check":
        return new Checks(folder, device).Run();
    case "time":
        new Times(folder, device, args.ElementAtOrDefault(2) ?? "").Run();
        return 0;
    case "tune":
        new Tuning(folder, device).Run();
        return 0;
    default:
        Console.Error.WriteLine($"there is no mode '{mode}'");
        return 2;
}
