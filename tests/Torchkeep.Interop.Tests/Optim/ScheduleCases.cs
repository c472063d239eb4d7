using static TorchSharp.torch.optim.lr_scheduler;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>Every scheduler of TorchSharp.</summary>
internal static class ScheduleCases
{
    private static readonly Dictionary<string, ScheduleCase> _cases = new ScheduleCase[]
    {
        new("LambdaLR", "L.LambdaLR(o, lambda e: 0.9 ** e)", "L.LambdaLR(o, lambda e: 0.9 ** e)", o => LambdaLR(o, e => Math.Pow(0.9, e)), o => LambdaLR(o, e => Math.Pow(0.9, e))),
        new("MultiplicativeLR", "L.MultiplicativeLR(o, lambda e: 0.9)", "L.MultiplicativeLR(o, lambda e: 0.9)", o => MultiplicativeLR(o, _ => 0.9), o => MultiplicativeLR(o, _ => 0.9)),
        new("StepLR", "L.StepLR(o, 3, 0.5)", "L.StepLR(o, 100)", o => StepLR(o, 3, 0.5), o => StepLR(o, 100)),
        new("MultiStepLR", "L.MultiStepLR(o, [2, 6, 9], 0.5)", "L.MultiStepLR(o, [100])", o => MultiStepLR(o, [2, 6, 9], 0.5), o => MultiStepLR(o, [100])),
        new("ConstantLR", "L.ConstantLR(o, 0.25, 7)", "L.ConstantLR(o)", o => ConstantLR(o, 0.25, 7), o => ConstantLR(o)),
        new("LinearLR", "L.LinearLR(o, 0.25, 0.75, 8)", "L.LinearLR(o)", o => LinearLR(o, 0.25, 0.75, 8), o => LinearLR(o)),
        new("ExponentialLR", "L.ExponentialLR(o, 0.9)", "L.ExponentialLR(o, 0.5)", o => ExponentialLR(o, 0.9), o => ExponentialLR(o, 0.5)),
        new("PolynomialLR", "L.PolynomialLR(o, 9, 2.0)", "L.PolynomialLR(o)", o => PolynomialLR(o, 9, 2), o => PolynomialLR(o)),
        new("CosineAnnealingLR", "L.CosineAnnealingLR(o, 6, 0.01)", "L.CosineAnnealingLR(o, 100)", o => CosineAnnealingLR(o, 6, 0.01), o => CosineAnnealingLR(o, 100)),
        new(
            "ReduceLROnPlateau",
            "L.ReduceLROnPlateau(o, factor=0.5, patience=1, threshold=0.01, cooldown=1, min_lr=0.01)",
            "L.ReduceLROnPlateau(o, mode='max')",
            o => ReduceLROnPlateau(o, factor: 0.5, patience: 1, threshold: 0.01, cooldown: 1, min_lr: [0.01]),
            o => ReduceLROnPlateau(o, mode: "max")),
        new(
            "ReduceLROnPlateau upwards",
            "L.ReduceLROnPlateau(o, mode='max', factor=0.5, patience=0, threshold_mode='abs')",
            "L.ReduceLROnPlateau(o)",
            o => ReduceLROnPlateau(o, mode: "max", factor: 0.5, patience: 0, threshold_mode: "abs"),
            o => ReduceLROnPlateau(o)),
        new("CyclicLR", "L.CyclicLR(o, 0.01, 0.1, 3, 2)", "L.CyclicLR(o, 0.1, 0.5)", o => CyclicLR(o, 0.01, 0.1, 3, 2), o => CyclicLR(o, 0.1, 0.5)) { IsSavedByOld = false },
        new(
            "CyclicLR triangular2",
            "L.CyclicLR(o, 0.01, 0.1, 3, mode='triangular2', cycle_momentum=False)",
            "L.CyclicLR(o, 0.1, 0.5, cycle_momentum=False)",
            o => CyclicLR(o, 0.01, 0.1, 3, mode: impl.CyclicLR.Mode.Triangular2, cycle_momentum: false),
            o => CyclicLR(o, 0.1, 0.5, cycle_momentum: false)) { IsSavedByOld = false },

        // TorchSharp's own scales by the cycle.
        new(
            "CyclicLR exp_range",
            "L.CyclicLR(o, 0.01, 0.1, 3, mode='exp_range', gamma=0.9)",
            "L.CyclicLR(o, 0.1, 0.5)",
            o => CyclicLR(o, 0.01, 0.1, 3, mode: impl.CyclicLR.Mode.ExpRange, gamma: 0.9),
            o => CyclicLR(o, 0.1, 0.5)) { IsSavedByOld = false, IsPyTorchs = false },
        new("OneCycleLR", "L.OneCycleLR(o, 0.2, total_steps=16)", "L.OneCycleLR(o, 0.7, total_steps=99)", o => OneCycleLR(o, 0.2, 16), o => OneCycleLR(o, 0.7, 99))
        {
            Optimizer = "Adam", IsSavedByOld = false,
        },
        new(
            "OneCycleLR linear",
            "L.OneCycleLR(o, 0.2, total_steps=16, anneal_strategy='linear', three_phase=True, div_factor=10.0)",
            "L.OneCycleLR(o, 0.7, total_steps=99, three_phase=True, anneal_strategy='linear')",
            o => OneCycleLR(o, 0.2, 16, anneal_strategy: impl.OneCycleLR.AnnealStrategy.Linear, three_phase: true, div_factor: 10),
            o => OneCycleLR(o, 0.7, 99, three_phase: true)) { Optimizer = "Adam", IsSavedByOld = false },
        new(
            "SequentialLR",
            "L.SequentialLR(o, [L.ConstantLR(o, 0.5, 2), L.ExponentialLR(o, 0.9), L.StepLR(o, 2, 0.5)], [3, 8])",
            "L.SequentialLR(o, [L.ConstantLR(o), L.ExponentialLR(o, 0.5), L.StepLR(o, 1)], [50, 60])",
            o => SequentialLR(o, [ConstantLR(o, 0.5, 2), ExponentialLR(o, 0.9), StepLR(o, 2, 0.5)], [3, 8]),
            o => SequentialLR(o, [ConstantLR(o), ExponentialLR(o, 0.5), StepLR(o, 1)], [50, 60])),
        new(
            "ChainedScheduler",
            "L.ChainedScheduler([L.ConstantLR(o, 0.5, 7), L.ExponentialLR(o, 0.9)])",
            "L.ChainedScheduler([L.ConstantLR(o), L.ExponentialLR(o, 0.5)])",
            o => ChainedLR([ConstantLR(o, 0.5, 7), ExponentialLR(o, 0.9)]),
            o => ChainedLR([ConstantLR(o), ExponentialLR(o, 0.5)])),
    }.ToDictionary(row => row.Name);

    public static TheoryData<string> Names => [.. _cases.Keys];

    internal static IEnumerable<ScheduleCase> All => _cases.Values;

    internal static ScheduleCase Named(string name) => _cases[name];
}
