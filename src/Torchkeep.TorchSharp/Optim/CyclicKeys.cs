using static Torchkeep.SchedulerFields;
using static Torchkeep.SchedulerKey;
using static TorchSharp.torch.optim.lr_scheduler.impl;

namespace Torchkeep;

/// <summary>The keys of CyclicLR.</summary>
internal static class CyclicKeys
{
    internal static SchedulerKey[] Own =>
    [
        Numbers<CyclicLR>("max_lrs", scheduler => MaximalRates(scheduler), (scheduler, rates) => MaximalRates(scheduler) = rates),
        Number<CyclicLR>("total_size", scheduler => ref TotalSize(scheduler)),
        Number<CyclicLR>("step_ratio", scheduler => ref StepRatio(scheduler)),
        Choice<CyclicLR, CyclicLR.Mode>(
            "mode",
            scheduler => ref Mode(scheduler),
            ("triangular", CyclicLR.Mode.Triangular),
            ("triangular2", CyclicLR.Mode.Triangular2),
            ("exp_range", CyclicLR.Mode.ExpRange)),
        Number<CyclicLR>("gamma", scheduler => ref Gamma(scheduler)),
        Choice<CyclicLR, CyclicLR.ScaleMode>(
            "scale_mode", scheduler => ref ScaleMode(scheduler), ("cycle", CyclicLR.ScaleMode.Cycle), ("iterations", CyclicLR.ScaleMode.Iterations)),
        new(
            "cycle_momentum",
            scheduler => CyclesMomentum((CyclicLR)scheduler),
            (scheduler, value) => PyNumber.FlagOf(value) == CyclesMomentum((CyclicLR)scheduler)
                ? () => { }
                : throw new FormatException($"the scheduler was built with the other, found {value}")),
        new(
            "use_beta1",
            scheduler => CyclesMomentum((CyclicLR)scheduler) ? PyBool.False : null,
            (_, value) => PyNumber.FlagOf(value) ? throw new FormatException("TorchSharp cycles no beta, found True") : () => { }) { MayLack = true },
        Momentums("base_momentums", scheduler => ref BaseMomentums(scheduler)),
        Momentums("max_momentums", scheduler => ref MaximalMomentums(scheduler)),
    ];

    /// <summary>PyTorch's own function as a bound method, which it saved before 1.13; the mode says the same.</summary>
    internal static SchedulerKey Method => new(
        "scale_fn",
        _ => null,
        (_, value) => MethodOf(value) is "_triangular_scale_fn" or "_triangular2_scale_fn" or "_exp_range_scale_fn"
            ? () => { }
            : throw new FormatException($"expected a method of CyclicLR's own, found {PyNumber.Describe(value)}, which a function here has no place for")) { MayLack = true };

    /// <summary>
    /// A function of the caller's, which no file has. Without one the mode decides, which is known only when all has been
    /// taken over.
    /// </summary>
    internal static SchedulerKey CustomScale => new(
        "_scale_fn_custom",
        _ => PyNone.Value,
        (scheduler, value) => value is PyNone
            ? () => SetScale((CyclicLR)scheduler)
            : throw new FormatException("expected None, found the attributes of a callable object, which a function here has no place for"))
    {
        MayLack = true,
        WhenLacking = scheduler => SetScale((CyclicLR)scheduler),
    };

    private static SchedulerKey Momentums(string key, FieldOf<CyclicLR, List<double>?> field) =>
        Numbers<CyclicLR>(
            key,
            scheduler => CyclesMomentum(scheduler) ? field(scheduler) : null,
            (scheduler, momentums) => field(scheduler) = momentums) with
        { MayLack = true };

    // torch/optim/lr_scheduler.py, CyclicLR._init_scale_fn.
    private static void SetScale(CyclicLR scheduler)
    {
        var owner = Scale(scheduler).Method.DeclaringType;
        while (owner?.DeclaringType is { } outer && owner != typeof(CyclicLR))
        {
            owner = outer;
        }

        if (owner != typeof(CyclicLR) && owner != typeof(CyclicKeys))
        {
            return;
        }

        Scale(scheduler) = Mode(scheduler) switch
        {
            CyclicLR.Mode.Triangular => _ => 1,
            CyclicLR.Mode.Triangular2 => cycle => 1 / Math.Pow(2, cycle - 1),
            _ => at => Math.Pow(Gamma(scheduler), at),
        };
    }
}
