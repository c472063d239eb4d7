using static Torchkeep.SchedulerFields;
using static Torchkeep.SchedulerKey;
using static TorchSharp.torch.optim.lr_scheduler;
using static TorchSharp.torch.optim.lr_scheduler.impl;

namespace Torchkeep;

/// <summary>The schedulers of TorchSharp 0.107, in the keys and order of PyTorch 2.14 (torch/optim/lr_scheduler.py).</summary>
internal static class SchedulerTable
{
    /// <summary>What all have that step by themselves.</summary>
    private static readonly SchedulerKey[] _common =
    [
        Numbers<LRScheduler>("base_lrs", scheduler => BaseRates(scheduler), (scheduler, rates) => BaseRates(scheduler) = rates),
        Count<LRScheduler>("last_epoch", scheduler => ref LastEpoch(scheduler)),
        Count<LRScheduler>("_step_count", scheduler => ref StepCount(scheduler)) with { MayLack = true },
        Constant("_is_initial", false),
        Constant("_get_lr_called_within_step", false),
        LastLearningRates,
    ];

    private static readonly SchedulerRow[] _rows =
    [
        new("LambdaLR", typeof(LambdaLR), [.. _common, LambdaKeys.Of<LambdaLR>(scheduler => Lambdas(scheduler).Count)]),
        new("MultiplicativeLR", typeof(MultiplicativeLR), [.. _common, LambdaKeys.Of<MultiplicativeLR>(scheduler => Lambdas(scheduler).Count)]),
        new(
            "StepLR",
            typeof(StepLR),
            [Count<StepLR>("step_size", scheduler => ref StepSize(scheduler)), Number<StepLR>("gamma", scheduler => ref Gamma(scheduler)), .. _common]),
        new("MultiStepLR", typeof(MultiStepLR), [MilestoneKeys.Counter, Number<MultiStepLR>("gamma", scheduler => ref Gamma(scheduler)), .. _common]),
        new(
            "ConstantLR",
            typeof(ConstantLR),
            [
                Number<ConstantLR>("factor", scheduler => ref Factor(scheduler)),
                Count<ConstantLR>("total_iters", scheduler => ref TotalIterations(scheduler)),
                .. _common,
            ]),
        new(
            "LinearLR",
            typeof(LinearLR),
            [
                Number<LinearLR>("start_factor", scheduler => ref StartFactor(scheduler)),
                Number<LinearLR>("end_factor", scheduler => ref EndFactor(scheduler)),
                Count<LinearLR>("total_iters", scheduler => ref TotalIterations(scheduler)),
                .. _common,
            ]),
        new("ExponentialLR", typeof(ExponentialLR), [Number<ExponentialLR>("gamma", scheduler => ref Gamma(scheduler)), .. _common]),
        new(
            "PolynomialLR",
            typeof(PolynomialLR),
            [
                Whole<PolynomialLR>("total_iters", scheduler => ref TotalIterations(scheduler)),
                Number<PolynomialLR>("power", scheduler => ref Power(scheduler)),
                .. _common,
            ]),
        new(
            "CosineAnnealingLR",
            typeof(CosineAnnealingLR),
            [
                Whole<CosineAnnealingLR>("T_max", scheduler => ref PeriodHalf(scheduler)),
                Number<CosineAnnealingLR>("eta_min", scheduler => ref MinimalRate(scheduler)),
                .. _common,
            ]),
        new("ReduceLROnPlateau", typeof(ReduceLROnPlateau), PlateauKeys.All),
        new("CyclicLR", typeof(CyclicLR), [.. CyclicKeys.Own, .. _common, CyclicKeys.Method, CyclicKeys.CustomScale]),
        new("OneCycleLR", typeof(OneCycleLR), [.. OneCycleKeys.Own, .. _common]),
        new(
            "SequentialLR",
            typeof(SequentialLR),
            MilestoneKeys.List, Count<LRScheduler>("last_epoch", scheduler => ref LastEpoch(scheduler)), LastLearningRates),
        new("ChainedScheduler", typeof(ChainedLR), LastLearningRates),
    ];

    internal static IReadOnlyList<SchedulerRow> Rows => _rows;

    /// <summary>The rates that the groups have now, which for most are those that the scheduler has set.</summary>
    internal static SchedulerKey LastLearningRates => new(
        "_last_lr",
        scheduler => new PyList(GroupsOf(scheduler).Select(PyValue (group) => group.LearningRate)),
        (scheduler, value) =>
        {
            var rates = NumbersOf(value, GroupsOf(scheduler).Count);
            return () =>
            {
                // SequentialLR has the list of its first scheduler, so that it must stay the same list.
                for (var i = 0; i < rates.Count && LastRates(scheduler) is { } last; i++)
                {
                    last[i] = rates[i];
                }
            };
        });

    /// <exception cref="NotSupportedException">It is of a class of its own.</exception>
    internal static SchedulerRow Of(LRScheduler scheduler) =>
        Array.Find(_rows, row => row.Type.IsInstanceOfType(scheduler))
        ?? throw new NotSupportedException(
            $"PyTorch has no scheduler {scheduler.GetType()}; those of {string.Join(", ", _rows.Select(row => row.Name))} can be saved and loaded");

    /// <summary>The schedulers that one is made of.</summary>
    internal static IReadOnlyList<LRScheduler> PartsOf(LRScheduler scheduler) => scheduler switch
    {
        SequentialLR sequential => Schedulers(sequential),
        ChainedLR chained => [.. Schedulers(chained)],
        _ => [],
    };

    /// <summary>The groups of the optimizer; a chain knows it only by its parts.</summary>
    internal static List<TorchSharp.torch.optim.ILearningRateController> GroupsOf(LRScheduler scheduler)
    {
        while (scheduler is ChainedLR chained)
        {
            scheduler = Schedulers(chained).Last();
        }

        return [.. Owner(scheduler).ParamGroups];
    }

    /// <summary>The schedulers that have a key, where this one has not.</summary>
    internal static IEnumerable<string> OthersWith(SchedulerRow row, string key) =>
        row.Keys.Any(own => own.Key == key) ? [] : _rows.Where(other => other.Keys.Any(own => own.Key == key)).Select(other => other.Name);
}
