using System.Diagnostics;
using Torchkeep.Interop.Tests.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>A run that is saved and resumed is, bit for bit, the one that was never interrupted.</summary>
public sealed class ResumeTests : TorchSharpTests
{
    private const string FolderVariable = "TORCHKEEP_TEST_RESUME";

    [Theory, MemberData(nameof(OptimizerCases.Names), MemberType = typeof(OptimizerCases))]
    public void InANewOptimizer(string name)
    {
        var row = OptimizerCases.Named(name);
        var file = Path.GetTempFileName();
        try
        {
            new Training(row.Build).Step(20).Save(file);

            Assert.Equal(new Training(row.Build).Step(40).Weights, new Training(row.BuildBare).Load(file).Step(20).Weights);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Every scheduler over Dropout and shuffled data, stopped within an epoch.</summary>
    [Theory, MemberData(nameof(ScheduleCases.Names), MemberType = typeof(ScheduleCases))]
    public void WithAScheduleDropoutAndShuffledData(string name)
    {
        var row = ScheduleCases.Named(name);
        var file = Path.GetTempFileName();
        try
        {
            var ended = new ShuffledTraining(Build, row.Build, seed: 1).Step(7).Save(file).Step(7).State;

            Assert.Equal(ended, new ShuffledTraining(Build, row.BuildBare, seed: 2).Load(file).Step(7).State);
            Assert.NotEqual(ended, new ShuffledTraining(Build, row.Build, seed: 2).Step(14).State);
        }
        finally
        {
            File.Delete(file);
        }

        OptimizerHelper Build(Parameter[] a, Parameter[] b) => row.Optimizer == "Adam"
            ? new Adam([.. a, .. b], 0.1)
            : new SGD(new SGD.ParamGroup[] { new() { Parameters = a }, new() { Parameters = b, Options = new() { LearningRate = 0.05 } } }, 0.1, momentum: 0.5);
    }

    [Fact]
    public void InANewProcess()
    {
        var folder = Directory.CreateTempSubdirectory("torchkeep-").FullName;
        try
        {
            Dictionary<string, string[]> ended = [];
            foreach (var row in OptimizerCases.All)
            {
                new Training(row.Build).Step(20).Save(Path.Combine(folder, row.Name + ".pt"));
                ended[row.Name] = new ShuffledTraining(row.Build, Halve, seed: 1).Step(22).Save(Path.Combine(folder, row.Name + ".shuffled.pt")).Step(20).State;
            }

            var start = new ProcessStartInfo(
                "dotnet", [typeof(ResumeTests).Assembly.Location, "--filter-method", $"*{nameof(ResumeTests)}.{nameof(HereForAnother)}", "--no-ansi"])
            {
                RedirectStandardOutput = true,
            };
            start.Environment[FolderVariable] = folder;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();

            Assert.True(process.ExitCode == 0, output);
            Assert.All(OptimizerCases.All, row =>
            {
                Assert.Equal(new Training(row.Build).Step(40).Weights, File.ReadAllLines(Path.Combine(folder, row.Name + ".txt")));
                Assert.Equal(ended[row.Name], File.ReadAllLines(Path.Combine(folder, row.Name + ".shuffled.txt")));
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The new process's part.</summary>
    [Fact]
    public void HereForAnother()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { Length: > 0 } folder)
        {
            Assert.Skip($"it is the half of {nameof(InANewProcess)} that runs in a process of its own");
            return;
        }

        foreach (var row in OptimizerCases.All)
        {
            var run = new Training(row.BuildBare).Load(Path.Combine(folder, row.Name + ".pt")).Step(20);
            File.WriteAllLines(Path.Combine(folder, row.Name + ".txt"), run.Weights);
            var shuffled = new ShuffledTraining(row.BuildBare, Halve, seed: 2).Load(Path.Combine(folder, row.Name + ".shuffled.pt")).Step(20);
            File.WriteAllLines(Path.Combine(folder, row.Name + ".shuffled.txt"), shuffled.State);
        }
    }

    private static lr_scheduler.LRScheduler Halve(Optimizer optimizer) => lr_scheduler.StepLR(optimizer, 9, 0.5);
}
