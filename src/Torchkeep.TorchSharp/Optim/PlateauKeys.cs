using static Torchkeep.SchedulerFields;
using static Torchkeep.SchedulerKey;
using static TorchSharp.torch.optim.lr_scheduler.impl;

namespace Torchkeep;

/// <summary>The keys of ReduceLROnPlateau.</summary>
internal static class PlateauKeys
{
    internal static SchedulerKey[] All =>
    [
        Number<ReduceLROnPlateau>("factor", scheduler => ref Factor(scheduler)),

        // PyTorch has one number here if the constructor was given one.
        new("default_min_lr", scheduler => MinimalRates((ReduceLROnPlateau)scheduler).Distinct().ToList() is [var only] ? only : PyNone.Value, (_, _) => () => { }) { MayLack = true },
        Numbers<ReduceLROnPlateau>("min_lrs", scheduler => MinimalRates(scheduler), (scheduler, rates) => MinimalRates(scheduler) = rates),
        Count<ReduceLROnPlateau>("patience", scheduler => ref Patience(scheduler)),
        Count<ReduceLROnPlateau>("cooldown", scheduler => ref Cooldown(scheduler)),
        Number<ReduceLROnPlateau>("eps", scheduler => ref Epsilon(scheduler)),

        // PyTorch counts from 0 here, and TorchSharp from -1 as everywhere.
        new(
            "last_epoch",
            scheduler => LastEpoch(scheduler) + 1,
            (scheduler, value) =>
            {
                var epoch = IntOf(value);
                return () => LastEpoch(scheduler) = epoch - 1;
            }),
        SchedulerTable.LastLearningRates with { MayLack = true },
        new("mode_worse", scheduler => Worst((ReduceLROnPlateau)scheduler), (_, _) => () => { }) { MayLack = true },
        Choice<ReduceLROnPlateau, string>("mode", scheduler => ref ModeName(scheduler), ("min", "min"), ("max", "max")) is var mode
            ? mode with
            {
                Read = (scheduler, value) => mode.Read(scheduler, value)
                    + (() => Worst((ReduceLROnPlateau)scheduler) = value.AsString() == "min" ? double.PositiveInfinity : double.NegativeInfinity),
            }
            : mode,
        Number<ReduceLROnPlateau>("threshold", scheduler => ref Threshold(scheduler)),
        Choice<ReduceLROnPlateau, string>("threshold_mode", scheduler => ref ThresholdMode(scheduler), ("rel", "rel"), ("abs", "abs")),
        Number<ReduceLROnPlateau>("best", scheduler => ref Best(scheduler)),
        Count<ReduceLROnPlateau>("cooldown_counter", scheduler => ref CooldownCounter(scheduler)),
        Count<ReduceLROnPlateau>("num_bad_epochs", scheduler => ref BadEpochs(scheduler)),
    ];
}
