using TorchSharp.Modules;

namespace Torchkeep;

/// <summary>What the options of one group are to become. Nothing has changed before <see cref="Apply"/>.</summary>
internal sealed class OptionsPlan
{
    private readonly OrderedDictionary<string, PyValue> _extras = new(StringComparer.Ordinal);
    private bool _hasInitialLearningRate;

    private OptionsPlan(OptimizerOptions loaded) => Loaded = loaded;

    /// <summary>The options that the group will have.</summary>
    internal OptimizerOptions Loaded { get; }

    /// <param name="row">The optimizer.</param>
    /// <param name="saved">The file's group.</param>
    /// <param name="problems">Takes what is wrong, without saying of which group.</param>
    internal static OptionsPlan Read(OptimizerRow row, IReadOnlyDictionary<string, PyValue> saved, List<string> problems)
    {
        var plan = new OptionsPlan(row.NewOptions());
        if (ClassProblem(row, saved) is { } other)
        {
            problems.Add(other);
            return plan;
        }

        foreach (var option in row.Options)
        {
            Try(option.Key, problems, () => plan.Take(option, saved.GetValueOrDefault(option.Key) ?? option.Default));
        }

        // A scheduler that is built later starts from the learning rate, as in PyTorch, where the file does not say otherwise.
        plan.Loaded.InitialLearningRate = plan.Loaded.LearningRate ?? 0;
        foreach (var (key, value) in saved)
        {
            if (key == "initial_lr")
            {
                plan._hasInitialLearningRate = true;
                Try(key, problems, () => plan.Loaded.InitialLearningRate = PyNumber.Of(value));
            }
            else if (!row.Options.Any(option => option.Key == key))
            {
                Try(key, problems, () => plan._extras[key] = PlainValue.Copy(value));
            }
        }

        if (row.Problem(plan.Loaded) is { } problem)
        {
            problems.Add($"has {problem}");
        }

        return plan;
    }

    internal void Apply(ParamGroup group)
    {
        group.Options.LoadStateDict(Loaded);
        var extras = new GroupExtras { HasInitialLearningRate = _hasInitialLearningRate, Loaded = (group.LearningRate, GroupExtras.MomentumOf(group)) };
        foreach (var (key, value) in _extras)
        {
            extras.Values.Add(key, value);
        }

        GroupExtras.Replace(group.Options, extras);
    }

    private static string? ClassProblem(OptimizerRow row, IReadOnlyDictionary<string, PyValue> saved)
    {
        List<string> missing = [.. OptimizerTable.Missing(row, [.. saved.Keys])];
        List<string> foreign = [.. saved.Keys.Where(key => OptimizerTable.IsForeign(row, key))];
        if (missing.Count + foreign.Count == 0)
        {
            return null;
        }

        var parts = new[] { ("lacks ", missing), ("has ", foreign) }.Where(part => part.Item2.Count > 0)
            .Select(part => part.Item1 + string.Join(", ", part.Item2.Select(key => $"'{key}'")));
        var name = OptimizerTable.NameOf([.. saved.Keys]);
        return $"is not of {row.Name}{(name is null || name == row.Name ? "" : $" but of {name}")}: it {string.Join(" and ", parts)}";
    }

    private void Take(OptionRow option, PyValue value)
    {
        if (option.Set is { } set)
        {
            set(Loaded, value);
        }
        else if (option.IsImplementation)
        {
            _extras[option.Key] = PlainValue.Copy(value);
        }
        else if (PyNumber.FlagOf(value) != option.Default.AsBoolean())
        {
            throw new FormatException(
                $"TorchSharp can only do with {option.Default}, found {value}"
                + (option.Key == "decoupled_weight_decay" ? "; with True Adam is AdamW, with False AdamW is Adam" : ""));
        }
    }

    private static void Try(string key, List<string> problems, Action take)
    {
        try
        {
            take();
        }
        catch (FormatException error)
        {
            problems.Add($"has for its '{key}' something unfit: {error.Message}");
        }
    }
}
