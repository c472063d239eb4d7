using TorchSharp.Modules;
using static Torchkeep.SchedulerFields;
using static Torchkeep.SchedulerKey;
using static TorchSharp.torch.optim;
using static TorchSharp.torch.optim.lr_scheduler.impl;

namespace Torchkeep;

/// <summary>The keys of OneCycleLR, before PyTorch 2.4 with the annealing as a bound method. The rates and momentums that it goes between are in the optimizer's groups in PyTorch.</summary>
internal static class OneCycleKeys
{
    internal static SchedulerKey[] Own =>
    [
        Count<OneCycleLR>("total_steps", scheduler => ref TotalSteps(scheduler)),
        new("_schedule_phases", scheduler => WritePhases((OneCycleLR)scheduler), (scheduler, value) => ReadPhases((OneCycleLR)scheduler, value)),
        new(
            "anneal_func",
            _ => null,
            (scheduler, value) => MethodOf(value) is "_annealing_linear" or "_annealing_cos"
                ? () => Anneal((OneCycleLR)scheduler) = MethodOf(value) == "_annealing_linear" ? Linear : Cosine
                : throw new FormatException($"expected OneCycleLR's '_annealing_cos' or '_annealing_linear', found {PyNumber.Describe(value)}")) { MayLack = true },
        new(
            "_anneal_func_type",
            scheduler => IsLinear((OneCycleLR)scheduler) ? "linear" : "cos",
            (scheduler, value) => value is PyString { Value: "linear" or "cos" } name
                ? () => Anneal((OneCycleLR)scheduler) = name.Value == "linear" ? Linear : Cosine
                : throw new FormatException($"expected 'cos' or 'linear', found {PyNumber.Describe(value)}")) { MayLack = true },
        new(
            "cycle_momentum",
            scheduler => CyclesMomentum((OneCycleLR)scheduler),
            (scheduler, value) => PyNumber.FlagOf(value) == CyclesMomentum((OneCycleLR)scheduler)
                ? () => { }
                : throw new FormatException($"the scheduler was built with the other, found {value}")),
        new(
            "use_beta1",
            scheduler => CyclesMomentum((OneCycleLR)scheduler) ? UsesBeta((OneCycleLR)scheduler) : null,
            (scheduler, value) => PyNumber.FlagOf(value) == UsesBeta((OneCycleLR)scheduler)
                ? () => { }
                : throw new FormatException($"the optimizer has {(UsesBeta((OneCycleLR)scheduler) ? "betas" : "momentum")} to cycle, found {value}")) { MayLack = true },
    ];

    /// <summary>Has the optimizer's groups saved with the keys that PyTorch's scheduler looks for there.</summary>
    internal static void ToGroups(OneCycleLR scheduler)
    {
        var groups = SchedulerTable.GroupsOf(scheduler);
        foreach (var (key, values) in PhaseValues(scheduler))
        {
            for (var i = 0; i < groups.Count; i++)
            {
                GroupExtras.Of(((ParamGroup)groups[i]).Options).Values[key] = values[i];
            }
        }
    }

    /// <summary>Takes what the optimizer's groups brought, as PyTorch's scheduler does with each step.</summary>
    internal static void FromGroups(OneCycleLR scheduler)
    {
        var groups = SchedulerTable.GroupsOf(scheduler);
        for (var i = 0; i < groups.Count; i++)
        {
            var options = ((ParamGroup)groups[i]).Options;
            if (GroupExtras.Find(options) is not { Loaded: not null } extras || !extras.Values.ContainsKey("max_lr"))
            {
                continue;
            }

            PhaseValues(scheduler)["initial_lr"][i] = options.InitialLearningRate;
            foreach (var key in PhaseValues(scheduler).Keys.Where(key => extras.Values.GetValueOrDefault(key) is PyFloat or PyInt))
            {
                PhaseValues(scheduler)[key][i] = extras.Values[key].AsDouble();
            }
        }
    }

    private static PyList WritePhases(OneCycleLR scheduler) => new(Phases(scheduler).Select(PyValue (phase) =>
    {
        PyDict entry = [];
        foreach (var key in PhaseKeys)
        {
            entry[key] = PhaseField(phase, key).GetValue(phase) is double number ? number : (string)PhaseField(phase, key).GetValue(phase)!;
        }

        return entry;
    }));

    private static Action ReadPhases(OneCycleLR scheduler, PyValue value)
    {
        var phases = Phases(scheduler);
        if (ItemsOf(value) is not { } items || items.Count != phases.Length)
        {
            throw new FormatException($"the scheduler was built with {phases.Length} phases, found {PyNumber.Describe(value)}{(ItemsOf(value) is { } found ? $" of {found.Count}" : "")}");
        }

        Action changes = () => { };
        foreach (var (phase, item) in phases.Zip(items))
        {
            foreach (var key in PhaseKeys)
            {
                object read = item.TryGet(key, out var entry) && entry is PyString name && PhaseValues(scheduler).ContainsKey(name.Value) ? name.Value
                    : entry is not null && key == "end_step" ? PyNumber.Of(entry)
                    : !CyclesMomentum(scheduler) && entry is PyString unused ? unused.Value
                    : throw new FormatException($"expected a phase with '{key}', found {item.TypeName}");
                changes += () => PhaseField(phase, key).SetValue(phase, read);
            }
        }

        return changes;
    }

    private static bool UsesBeta(OneCycleLR scheduler) => Owner(scheduler).ParamGroups.FirstOrDefault() is IBetas;

    private static bool IsLinear(OneCycleLR scheduler) => Math.Abs(Anneal(scheduler)(0, 1, 0.25) - 0.25) < 1e-9;

    private static double Linear(double start, double end, double part) => ((end - start) * part) + start;

    private static double Cosine(double start, double end, double part) => end + ((start - end) / 2 * (Math.Cos(Math.PI * part) + 1));
}
