using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>An optimizer and its scheduler, as in optim.py.</summary>
internal sealed class Schedule
{
    private static readonly double[] _metrics = [1, 0.9, 0.95, 0.95, 0.95, 0.95, 0.8, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85];

    private Schedule(string optimizer, double lr) => Optimizer = optimizer == "Adam"
        ? new Adam([new Parameter(zeros(1))], lr)
        : new SGD(
            new SGD.ParamGroup[] { new() { Parameters = [new(zeros(1))] }, new() { Parameters = [new(zeros(1))], Options = new() { LearningRate = lr / 2 } } }, lr, momentum: 0.5);

    internal OptimizerHelper Optimizer { get; }

    internal lr_scheduler.LRScheduler Scheduler { get; private set; } = null!;

    internal static Schedule Begin(ScheduleCase row)
    {
        var run = new Schedule(row.Optimizer, 0.1);
        run.Scheduler = row.Build(run.Optimizer);
        return run;
    }

    internal static Schedule Load(ScheduleCase row, string path, bool optimizerFirst)
    {
        var run = new Schedule(row.Optimizer, 0.3);
        using var loaded = torch.load(path, weights_only: true);
        if (optimizerFirst)
        {
            run.Optimizer.load_state_dict(loaded["optimizer"]);
            run.Scheduler = row.BuildBare(run.Optimizer);
        }
        else
        {
            run.Scheduler = row.BuildBare(run.Optimizer);
            run.Optimizer.load_state_dict(loaded["optimizer"]);
        }

        run.Scheduler.load_state_dict(loaded["scheduler"]);
        return run;
    }

    internal void Save(string path) => torch.save(
        new Dictionary<string, object> { ["optimizer"] = Optimizer.state_dict(), ["scheduler"] = Scheduler.state_dict() }, path);

    /// <summary>The learning rates after each step.</summary>
    internal List<double> Step(int first, int last)
    {
        List<double> rates = [];
        for (var i = first; i < last; i++)
        {
            Optimizer.step();
            if (Scheduler is lr_scheduler.impl.ReduceLROnPlateau)
            {
                Scheduler.step(_metrics[i]);
            }
            else
            {
                Scheduler.step();
            }

            rates.AddRange(Optimizer.ParamGroups.Select(group => group.LearningRate));
        }

        return rates;
    }
}
