using System.Globalization;
using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp.Modules;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>A schedule that one side begins and the other goes on with, to the same learning rates.</summary>
public sealed class ScheduleTests : TorchSharpTests
{
    private const int Middle = 5;
    private const int End = 14;

    /// <summary>PyTorch 1.13 cannot save the state of some of its own.</summary>
    public static TheoryData<string, string> FromPyTorch => CasesWhere((interpreter, row) => row.IsSavedByOld || interpreter != Interpreters.Old);

    public static TheoryData<string, string> ToPyTorch => CasesWhere((_, row) => row.IsPyTorchs);

    [Theory, MemberData(nameof(FromPyTorch))]
    public void WhatPyTorchBeganGoesOnAsThere(string interpreter, string name)
    {
        var judge = Judge.Named(interpreter);
        var row = ScheduleCases.Named(name);
        using var folder = judge.NewFolder();
        var expected = PyOptim.Run(judge, folder, $"L = torch.optim.lr_scheduler\nlines = begin_schedule('{row.Optimizer}', lambda o: {row.Python})").ConvertAll(Number);

        Check(expected, Schedule.Load(row, folder["begun.pt"], optimizerFirst: false).Step(Middle, End));
        Check(expected, Schedule.Load(row, folder["begun.pt"], optimizerFirst: true).Step(Middle, End));
    }

    [Theory, MemberData(nameof(ToPyTorch))]
    public void WhatWasBegunHereGoesOnThere(string interpreter, string name)
    {
        var judge = Judge.Named(interpreter);
        var row = ScheduleCases.Named(name);
        using var folder = judge.NewFolder();
        var run = Schedule.Begin(row);
        run.Step(0, Middle);
        run.Save(folder["begun.pt"]);

        // PyTorch 1.13 keeps the function of its constructor.
        var bare = judge.IsOld && name.StartsWith("CyclicLR", StringComparison.Ordinal) ? row.Python : row.PythonBare;
        var lines = PyOptim.Run(judge, folder, $"L = torch.optim.lr_scheduler\nlines = continue_schedule('{row.Optimizer}', lambda o: {bare})");

        Check(run.Step(Middle, End), lines[2..].ConvertAll(Number));
        if (interpreter == Interpreters.Newest)
        {
            Assert.Equal(lines[0], lines[1]);
        }
    }

    [Theory, MemberData(nameof(ScheduleCases.Names), MemberType = typeof(ScheduleCases))]
    public void WhatWasBegunHereGoesOnHere(string name)
    {
        var row = ScheduleCases.Named(name);
        var file = Path.GetTempFileName();
        try
        {
            var run = Schedule.Begin(row);
            run.Step(0, Middle);
            run.Save(file);
            var momentum = MomentumOf(run);
            var schedule = run.Step(Middle, End);

            foreach (var optimizerFirst in new[] { false, true })
            {
                var next = Schedule.Load(row, file, optimizerFirst);
                Assert.Equal(momentum, MomentumOf(next));
                Assert.Equal(schedule, next.Step(Middle, End));
                Assert.Equal(MomentumOf(run), MomentumOf(next));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static TheoryData<string, string> CasesWhere(Func<string, ScheduleCase, bool> isCase)
    {
        var cases = new TheoryData<string, string>();
        foreach (var interpreter in Interpreters.Names)
        {
            foreach (var row in ScheduleCases.All.Where(row => isCase(interpreter, row)))
            {
                cases.Add(interpreter, row.Name);
            }
        }

        return cases;
    }

    private static List<double> MomentumOf(Schedule run) => run.Optimizer.state_dict().Options
        .ConvertAll(options => options is Adam.Options adam ? adam.beta1!.Value : ((SGD.Options)options).momentum!.Value);

    private static void Check(List<double> expected, List<double> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (left, right) in expected.Zip(actual))
        {
            Assert.InRange(right, left - 1e-12, left + 1e-12);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
