using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Running;
using Torchkeep.Benchmarks.Table;
using Torchkeep.Benchmarks.Workers;

var only = new Option<bool>("--growth") { Description = "How cost grows, in place of the table." };
var root = new RootCommand("Measures Torchkeep, PyTorch, safetensors and raw reads and writes in turn, and prints the ratios.") { only };
root.SetAction(result => Compare(result.GetValue(only)));

var job = new Argument<string>("JOB");
var folder = new Argument<string>("FOLDER");
var worker = new Command("worker", "One job in this process, for the table.") { job, folder };
worker.SetAction(result => Worker.Run(result.GetRequiredValue(job), result.GetRequiredValue(folder)));
root.Add(worker);

var micro = new Command("micro", "What happens inside of a process, by BenchmarkDotNet; its own options follow.") { TreatUnmatchedTokensAsErrors = false };
micro.SetAction(result => { BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. result.UnmatchedTokens]); });
root.Add(micro);
return root.Parse(args).Invoke();

static void Compare(bool isGrowth)
{
    var python = new Python();
    var files = Path.Combine(python.Temporary, "torchkeep-benchmarks");
    Directory.CreateDirectory(files);
    var contenders = new Contenders(python, files, Tool.Publish());
    contenders.Make();
    var versions = contenders.Versions();
    Console.WriteLine($"{DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}: {Machine.Describe()}; PyTorch {versions["torch"]}, safetensors {versions["safetensors"]}. Median of 5, files in the page cache.\n");
    if (isGrowth)
    {
        new GrowthRun(contenders, Console.Out).Run();
    }
    else
    {
        new TableRun(contenders, Console.Out).Run();
    }

    Directory.Delete(files, recursive: true);
}
