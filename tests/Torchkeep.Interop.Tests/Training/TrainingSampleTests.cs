using System.Diagnostics;
using System.Globalization;
using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Training;

/// <summary>The training sample, killed and started again, and its Python half on the same file.</summary>
[Collection(nameof(TorchSharpTests))]
public sealed class TrainingSampleTests(ITestOutputHelper output)
{
    private const string KillsVariable = "TORCHKEEP_KILLS";
    private const int FewKills = 10;
    private const int MaxTooLate = 20;
    private const double Tolerance = 1e-4;

    private const string RunScript = """
        import contextlib, io, os, sys
        sys.argv = ["training.py", path]
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(open(os.path.join(path, "training.py")).read(), "training.py", "exec"), {"__name__": "__main__"})
        lines = out.getvalue().splitlines()
        """;

    private static readonly string _bin = Path.Combine(AppContext.BaseDirectory, "..", "..", "Training", new DirectoryInfo(AppContext.BaseDirectory).Name);

    public static TheoryData<string> Judges => [.. Interpreters.Names];

    /// <summary>TORCHKEEP_KILLS says how many times; each run is killed once between its first save and its end.</summary>
    [Fact]
    public void KilledAtAnyMomentItResumesAndEndsWithTheSameWeights()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), CultureInfo.InvariantCulture, out var asked) ? asked : FewKills;
        using var whole = new RunFolder();
        var watch = new Stopwatch();
        TimeSpan finished = default;
        List<string> lines = [];
        using (var undisturbed = Start(whole.Path))
        {
            while (undisturbed.StandardOutput.ReadLine() is { } line)
            {
                watch.Start();
                finished = watch.Elapsed;
                lines.Add(line);
            }

            undisturbed.WaitForExit();
        }

        Assert.StartsWith("finished: ", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.StartsWith("resumed", StringComparison.Ordinal));
        var between = finished / (lines.Count - 1);

        // On a busy machine a run can be over before its time has come; it does not count.
        var (killed, tooLate, resumed, whileSaving) = (0, 0, 0, 0);
        while (killed < kills)
        {
            using var folder = new RunFolder();
            if (!Kill(folder.Path, saves: Random.Shared.Next(1, lines.Count - 1), between * Random.Shared.NextDouble()))
            {
                Assert.True(++tooLate < MaxTooLate + kills, $"{tooLate} runs were over too soon, {killed} were killed");
                continue;
            }

            killed++;
            whileSaving += Directory.EnumerateFiles(folder.Path, ".torchkeep-*").Any() ? 1 : 0;

            var again = RunToTheEnd(folder.Path);

            // The first line that is waited for follows the first save.
            Assert.StartsWith("resumed from ", again[0], StringComparison.Ordinal);
            Assert.DoesNotContain(again, line => line.StartsWith("passed over", StringComparison.Ordinal));
            Assert.Equal(lines[^1], again[^1]);
            resumed++;
        }

        output.WriteLine($"{killed} runs were killed, {whileSaving} of them while saving; {resumed} resumed and ended with the same weights; {tooLate} more were over too soon");
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void PythonGoesOnWithTheSameFileAndGivesItBack(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var path = folder[""];
        File.Copy(Path.Combine(_bin, "training.py"), folder["training.py"]);
        using var whole = new RunFolder();
        RunToTheEnd(whole.Path);
        for (var attempt = 0; !Kill(path, saves: 3, TimeSpan.Zero); attempt++)
        {
            Assert.True(attempt < MaxTooLate);
            Array.ForEach(Directory.GetFiles(path, "checkpoint-*"), File.Delete);
        }

        var last = LastStep(path);

        var lines = judge.Run(path, RunScript);

        Assert.StartsWith($"resumed from checkpoint-{last:D9}", lines[0], StringComparison.Ordinal);
        Assert.Equal("finished", lines[^1]);
        Assert.Equal(120, LastStep(path));
        if (DropsTheSame(judge, folder["dropout.pt"]))
        {
            Assert.InRange(Distance(folder["model-python.pth"], Path.Combine(whole.Path, "model.pth")), 0, Tolerance);
        }

        // And the C# side goes on from a file that Python wrote.
        foreach (var file in Directory.EnumerateFiles(path, "checkpoint-000000120*"))
        {
            File.Delete(file);
        }

        var again = RunToTheEnd(path);

        Assert.Equal("resumed from checkpoint-000000117.pt", again[0]);
        Assert.StartsWith("finished: ", again[^1], StringComparison.Ordinal);
        if (DropsTheSame(judge, folder["dropout.pt"]))
        {
            Assert.InRange(Distance(folder["model.pth"], folder["model-python.pth"]), 0, Tolerance);
        }
    }

    // A libtorch that was built with MKL uses its Bernoulli on Intel's processors, and others do not.
    private static bool DropsTheSame(Judge judge, string path)
    {
        random.manual_seed(5);
        using var ours = nn.functional.dropout(ones(1000), 0.3);
        judge.Run(path, "torch.manual_seed(5)\ntorch.save(torch.nn.functional.dropout(torch.ones(1000), 0.3), path)\nlines = []");
        using var loaded = torch.load(path, weights_only: true);
        return ours.Equals(loaded.tensor());
    }

    private static double Distance(string one, string other)
    {
        using var scope = NewDisposeScope();
        using var first = torch.load(one, weights_only: true);
        using var second = torch.load(other, weights_only: true);
        return first.state_dict().Zip(second.state_dict()).Max(pair => (pair.First.Value - pair.Second.Value).abs().max().ToDouble());
    }

    private static long LastStep(string path) =>
        Directory.EnumerateFiles(path, "checkpoint-*.pt").Max(file => long.Parse(Path.GetFileName(file).AsSpan("checkpoint-".Length, 9), CultureInfo.InvariantCulture));

    /// <summary>Starts the sample, and kills it some time after it has said that it saved so many times.</summary>
    /// <returns>Whether it had not finished by then.</returns>
    private static bool Kill(string path, int saves, TimeSpan after)
    {
        using var process = Start(path);
        for (var i = 0; i < saves; i++)
        {
            _ = process.StandardOutput.ReadLine();
        }

        Thread.Sleep(after);

        // SIGKILL, or TerminateProcess.
        process.Kill();
        process.WaitForExit();
        return !process.StandardOutput.ReadToEnd().Contains("finished", StringComparison.Ordinal);
    }

    private static List<string> RunToTheEnd(string path)
    {
        using var process = Start(path);
        var lines = process.StandardOutput.ReadToEnd().TrimEnd().ReplaceLineEndings("\n").Split('\n');
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, string.Join('\n', lines));
        return [.. lines];
    }

    private static Process Start(string path) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(_bin, "Training.dll"), path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private sealed class RunFolder : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("torchkeep-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
