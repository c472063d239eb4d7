using System.Diagnostics;
using Torchkeep.Interop.Tests.Modules;

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

    [Fact]
    public void InANewProcess()
    {
        var folder = Directory.CreateTempSubdirectory("torchkeep-").FullName;
        try
        {
            foreach (var row in OptimizerCases.All)
            {
                new Training(row.Build).Step(20).Save(Path.Combine(folder, row.Name + ".pt"));
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
                Assert.Equal(new Training(row.Build).Step(40).Weights, File.ReadAllLines(Path.Combine(folder, row.Name + ".txt"))));
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
        }
    }
}
