using TorchSharp.Modules;
using static TorchSharp.torch.optim.lr_scheduler.impl;
using LRScheduler = TorchSharp.torch.optim.lr_scheduler.LRScheduler;

namespace Torchkeep;

/// <summary><c>state_dict</c> and <c>load_state_dict</c> of torch/optim/lr_scheduler.py, the latter with everything checked first.</summary>
internal static class SchedulerState
{
    private const string Parts = "_schedulers";

    internal static PyDict Save(LRScheduler scheduler)
    {
        PyDict state = [];
        foreach (var key in SchedulerTable.Of(scheduler).Keys)
        {
            if (key.Get(scheduler) is { } value)
            {
                state[key.Key] = value;
            }
        }

        if (scheduler is SequentialLR or ChainedLR)
        {
            state[Parts] = new PyList(SchedulerTable.PartsOf(scheduler).Select(Save));
        }

        // What PyTorch's constructor leaves in the optimizer's groups, for their next save.
        SchedulerTable.GroupsOf(scheduler).ForEach(group => GroupExtras.Of(((ParamGroup)group).Options).HasInitialLearningRate |= scheduler is not ReduceLROnPlateau);
        if (scheduler is OneCycleLR oneCycle)
        {
            OneCycleKeys.ToGroups(oneCycle);
        }

        return state;
    }

    /// <param name="scheduler">What is loaded.</param>
    /// <param name="value">The state.</param>
    /// <param name="expression">What the examples call it.</param>
    /// <exception cref="StateDictException">It does not fit; nothing has changed.</exception>
    internal static void Load(LRScheduler scheduler, PyValue value, string expression)
    {
        List<string> problems = [];
        List<Action> changes = [];
        Check(scheduler, value, where: "", problems, changes);
        if (problems.Count > 0)
        {
            if (StateKind.Hint(StateKind.Scheduler, value, expression) is { } hint)
            {
                problems = [Hints.Prefix + hint];
            }

            throw new StateDictException(SchedulerTable.Of(scheduler).Name, new([], []), problems);
        }

        changes.ForEach(change => change());
    }

    private static void Check(LRScheduler scheduler, PyValue value, string where, List<string> problems, List<Action> changes)
    {
        var row = SchedulerTable.Of(scheduler);
        if (value is not PyDict state)
        {
            problems.Add($"{where}it is no dict but a {value.TypeName}");
            return;
        }

        foreach (var other in state.Select(entry => entry.Key).OfType<PyString>().Where(key => key.Value != Parts || scheduler is not (SequentialLR or ChainedLR)))
        {
            List<string> others = other.Value == Parts ? ["SequentialLR", "ChainedScheduler"] : [.. SchedulerTable.OthersWith(row, other.Value)];
            if (others.Count > 0)
            {
                problems.Add($"{where}it has {other}, which is of {(others.Count > 3 ? "other schedulers" : string.Join(" and ", others))} and not of {row.Name}");
            }
        }

        changes.Add(() => UndoConstruction(scheduler));
        foreach (var key in row.Keys)
        {
            if (state.TryGet(key.Key, out var entry))
            {
                Take(scheduler, key, entry, where, problems, changes);
            }
            else if (!key.MayLack)
            {
                problems.Add($"{where}it has no '{key.Key}'");
            }
            else if (key.WhenLacking is { } change)
            {
                changes.Add(() => change(scheduler));
            }
        }

        if (scheduler is OneCycleLR oneCycle)
        {
            changes.Add(() => OneCycleKeys.FromGroups(oneCycle));
        }

        CheckParts(scheduler, state, where, problems, changes);
    }

    private static void CheckParts(LRScheduler scheduler, PyDict state, string where, List<string> problems, List<Action> changes)
    {
        var parts = SchedulerTable.PartsOf(scheduler);
        if (scheduler is not (SequentialLR or ChainedLR))
        {
            return;
        }

        if (!state.TryGet(Parts, out var saved) || saved is not PyList list || list.Items.Count != parts.Count)
        {
            problems.Add($"{where}it has no list '{Parts}' of {parts.Count} schedulers");
            return;
        }

        for (var i = 0; i < parts.Count; i++)
        {
            Check(parts[i], list.Items[i], $"{where}{Parts}[{i}] ({SchedulerTable.Of(parts[i]).Name}): ", problems, changes);
        }
    }

    private static void Take(LRScheduler scheduler, SchedulerKey key, PyValue entry, string where, List<string> problems, List<Action> changes)
    {
        try
        {
            changes.Add(key.Read(scheduler, entry));
        }
        catch (FormatException error)
        {
            problems.Add($"{where}'{key.Key}': {error.Message}");
        }
    }

    // Some constructors set the learning rates. Where the optimizer was loaded before, and still has what this constructor set, it
    // gets back what it was loaded with.
    private static void UndoConstruction(LRScheduler scheduler)
    {
        if (scheduler is not (LambdaLR or ConstantLR or LinearLR or CyclicLR or OneCycleLR or SequentialLR)
            || SchedulerFields.StepCount(scheduler) > 1
            || SchedulerFields.LastRates(scheduler) is not { } last)
        {
            return;
        }

        foreach (var (group, rate) in SchedulerTable.GroupsOf(scheduler).Zip(last))
        {
            if (group.LearningRate == rate && GroupExtras.Find(((ParamGroup)group).Options)?.Loaded is { } loaded)
            {
                group.LearningRate = loaded.LearningRate;
                if (scheduler is OneCycleLR or CyclicLR && loaded.Momentum is { } momentum)
                {
                    GroupExtras.SetMomentum(group, momentum);
                }
            }
        }
    }
}
