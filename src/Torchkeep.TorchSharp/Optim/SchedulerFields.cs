using System.Reflection;
using System.Runtime.CompilerServices;
using static TorchSharp.torch.optim;
using static TorchSharp.torch.optim.lr_scheduler;
using static TorchSharp.torch.optim.lr_scheduler.impl;

namespace Torchkeep;

/// <summary>
/// The fields of TorchSharp 0.107's schedulers, none of which is public. One that is missing in another version is a
/// <see cref="MissingFieldException"/> that names it.
/// </summary>
internal static class SchedulerFields
{
    /// <summary>The fields of a phase of OneCycleLR, whose class is private, in PyTorch's order.</summary>
    internal static readonly string[] PhaseKeys = ["end_step", "start_lr", "end_lr", "start_momentum", "end_momentum"];

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_optimizer")]
    internal static extern ref Optimizer Owner(LRScheduler scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_last_epoch")]
    internal static extern ref int LastEpoch(LRScheduler scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_step_count")]
    internal static extern ref int StepCount(LRScheduler scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_last_lrs")]
    internal static extern ref IList<double>? LastRates(LRScheduler scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_base_lrs")]
    internal static extern ref IList<double> BaseRates(LRScheduler scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lr_lambdas")]
    internal static extern ref List<Func<int, double>> Lambdas(LambdaLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lr_lambdas")]
    internal static extern ref List<Func<int, double>> Lambdas(MultiplicativeLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_step_size")]
    internal static extern ref int StepSize(StepLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_gamma")]
    internal static extern ref double Gamma(StepLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_milestones")]
    internal static extern ref IList<int> Milestones(MultiStepLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_sortedMilestones")]
    internal static extern ref IList<int> SortedMilestones(MultiStepLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_gamma")]
    internal static extern ref double Gamma(MultiStepLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_total_iters")]
    internal static extern ref double TotalIterations(PolynomialLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_power")]
    internal static extern ref double Power(PolynomialLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_gamma")]
    internal static extern ref double Gamma(ExponentialLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_factor")]
    internal static extern ref double Factor(ConstantLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_total_iters")]
    internal static extern ref int TotalIterations(ConstantLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_start_factor")]
    internal static extern ref double StartFactor(LinearLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_end_factor")]
    internal static extern ref double EndFactor(LinearLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_total_iters")]
    internal static extern ref int TotalIterations(LinearLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_T_max")]
    internal static extern ref double PeriodHalf(CosineAnnealingLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_eta_min")]
    internal static extern ref double MinimalRate(CosineAnnealingLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_schedulers")]
    internal static extern ref LRScheduler[] Schedulers(SequentialLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_milestones")]
    internal static extern ref int[] Milestones(SequentialLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_schedulers")]
    internal static extern ref IEnumerable<LRScheduler> Schedulers(ChainedLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "factor")]
    internal static extern ref double Factor(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "min_lrs")]
    internal static extern ref List<double> MinimalRates(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "patience")]
    internal static extern ref int Patience(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "cooldown")]
    internal static extern ref int Cooldown(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "cooldown_counter")]
    internal static extern ref int CooldownCounter(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "eps")]
    internal static extern ref double Epsilon(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "mode_worst")]
    internal static extern ref double Worst(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "mode")]
    internal static extern ref string ModeName(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "threshold")]
    internal static extern ref double Threshold(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "threshold_mode")]
    internal static extern ref string ThresholdMode(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "best")]
    internal static extern ref double Best(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "num_bad_epochs")]
    internal static extern ref int BadEpochs(ReduceLROnPlateau scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_max_lrs")]
    internal static extern ref List<double> MaximalRates(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_total_size")]
    internal static extern ref double TotalSize(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_step_ratio")]
    internal static extern ref double StepRatio(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_mode")]
    internal static extern ref CyclicLR.Mode Mode(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_gamma")]
    internal static extern ref double Gamma(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_scale_func")]
    internal static extern ref Func<double, double> Scale(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_scale_mode")]
    internal static extern ref CyclicLR.ScaleMode ScaleMode(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cycle_momentum")]
    internal static extern ref bool CyclesMomentum(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_base_momentum")]
    internal static extern ref List<double>? BaseMomentums(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_max_momentum")]
    internal static extern ref List<double>? MaximalMomentums(CyclicLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_total_steps")]
    internal static extern ref int TotalSteps(OneCycleLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_annealing_func")]
    internal static extern ref Func<double, double, double, double> Anneal(OneCycleLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_phase_values")]
    internal static extern ref Dictionary<string, List<double>> PhaseValues(OneCycleLR scheduler);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cycle_momentum")]
    internal static extern ref bool CyclesMomentum(OneCycleLR scheduler);

    /// <summary>The phases, each with a field for each of <see cref="PhaseKeys"/>: no accessor returns a reference to an array of a private class.</summary>
    internal static object[] Phases(OneCycleLR scheduler) =>
        (object[])Field(typeof(OneCycleLR), "_schedule_phases").GetValue(scheduler)!;

    internal static FieldInfo PhaseField(object phase, string key) => Field(phase.GetType(), key);

    private static FieldInfo Field(Type type, string name) =>
        type.GetField(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) ?? throw new MissingFieldException(type.FullName, name);
}
