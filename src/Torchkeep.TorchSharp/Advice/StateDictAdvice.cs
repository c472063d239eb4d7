using TorchSharp;

namespace Torchkeep;

/// <summary>Says what to type where a state_dict does not fit a model. Each call that it names was checked against the names.</summary>
internal sealed class StateDictAdvice(ModuleNode root, StateSource source, IncompatibleKeys keys)
{
    /// <summary>How many names of one sort are listed.</summary>
    internal const int Shown = 20;

    private const int MaxParts = 50;

    private readonly OrderedDictionary<string, torch.Tensor> _model = ModelOf(root);

    /// <summary>A sentence each; the first is the surest. None where the keys are the same on both sides.</summary>
    internal IReadOnlyList<string> Lines()
    {
        if (keys.missing_keys.Count + keys.unexpected_keys.Count == 0)
        {
            return [];
        }

        if (OtherKind() is { } other)
        {
            return [other];
        }

        string?[] sure = [Groups() ?? Names() ?? Nested(), keys.missing_keys.Count == 0 ? null : ShardName.Hint(source.Origin?.File), NoTensors()];
        List<string> lines = [.. sure.OfType<string>()];
        return lines.Count > 0 ? lines : [.. Nearest().Take(1)];
    }

    /// <summary>The groups of tensors that make up a weight which the model has and the file has not.</summary>
    internal IReadOnlyList<WeightGroup> GroupsOfMissing()
    {
        if (keys.missing_keys.Count == 0 || keys.unexpected_keys.Count == 0)
        {
            return [];
        }

        // Behind a prefix the last steps alone are the same.
        var unexpected = keys.unexpected_keys.ToHashSet(StringComparer.Ordinal);
        var missing = keys.missing_keys.ToHashSet(StringComparer.Ordinal);
        var last = missing.Select(LastStep).ToHashSet(StringComparer.Ordinal);
        List<WeightGroup> groups = [];
        foreach (var group in source.Groups.Where(group => group.Members.All(unexpected.Contains)))
        {
            // What it makes can be a member of the next.
            groups.Add(group);
            unexpected.Add(group.Name);
        }

        List<WeightGroup> exact = groups.FindAll(group => missing.Contains(group.Name));
        return exact.Count > 0 ? exact : groups.FindAll(group => last.Contains(LastStep(group.Name)));
    }

    private static string LastStep(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static OrderedDictionary<string, torch.Tensor> ModelOf(ModuleNode root)
    {
        var model = new OrderedDictionary<string, torch.Tensor>(StringComparer.Ordinal);
        foreach (var (key, tensor) in ModuleTree.Entries(root, prefix: ""))
        {
            model[key] = tensor;
        }

        return model;
    }

    private string? OtherKind() => source.Value is { } value && StateKind.Of(value) is not (null or StateKind.Model) ? StateKind.Hint(StateKind.Model, value, source.Expression) : null;

    private string? Groups()
    {
        var groups = GroupsOfMissing();
        if (groups.Count == 0)
        {
            return null;
        }

        var what = $"The file has {Listed(groups.Select(group => $"\"{group.Name}\" as {string.Join(" and ", group.Members.Select(member => $"\"{member}\""))} of {group.KindName}"))}";
        return groups.All(group => group.CanFold)
            ? $"{what}: no one of these is the weight, and {Fit(groups).Call(source.Expression, folds: true)} computes it of them"
            : $"{what}, whose rule is in a Python class: call torch.nn.utils.parametrize.remove_parametrizations in Python, and save again";
    }

    // With the weights that groups make in place of all that goes into them.
    private NameFit Fit(IReadOnlyList<WeightGroup> groups)
    {
        IReadOnlyList<WeightGroup> all = groups.Count == 0 ? [] : source.Groups;
        return NameFit.Of([.. _model.Keys], [.. source.Entries.Keys.Concat(all.Select(group => group.Name)).Except(all.SelectMany(group => group.Members))]);
    }

    // What the file has under the names that the model wants, whatever is put before them.
    private string? Names()
    {
        var fit = Fit([]);
        if (fit.Options is not { } options || !fit.IsMost(_model.Count, source.Entries.Count))
        {
            return null;
        }

        var count = fit.IsWhole ? "The names fit" : $"{fit.Count} of the model's {_model.Count} names fit";
        var call = fit.Call(source.Expression, folds: false);
        return options is { strip_prefix: "", add_prefix: "" } ? $"{count} without {fit.Prefix}, which a wrapper such as DataParallel put there: {call} takes it off"
            : options.add_prefix.Length == 0 ? $"{count} without {fit.Prefix} before them: {call}"
            : $"{count} with {fit.Prefix}{(options.strip_prefix.Length == 0 ? " before them" : "")}: {call}";
    }

    private string? Nested()
    {
        HashSet<string> model = [.. _model.Keys];
        var parts = source.Origin?.Parts().Take(MaxParts).ToList() ?? [];
        if (parts.Count == 0 || NameFit.Of(model, [.. source.Entries.Keys]).IsMost(model.Count, source.Entries.Count))
        {
            return null;
        }

        var (expression, isModule, state, names, fit, folds) = parts.SelectMany(part => FitsOf(model, part)).MaxBy(found => found.Fit.Count);
        var kind = isModule ? "module" : "state_dict";
        if (fit.IsMost(model.Count, names.Count))
        {
            return $"The {kind} is {expression}: {fit.Call(expression, folds)}{Where}";
        }

        return parts.Count == 1
            ? $"There is a {kind} at {expression}, whose names are others than the model's: {Listed(state.Select(entry => $"\"{entry.Key.AsString()}\""))}"
            : $"There are state_dicts at {Listed(parts.Select(part => part.Expression))}, and the names of none are the model's";
    }

    // As they are, and with the weights that groups make.
    private static IEnumerable<(string Expression, bool IsModule, PyDict State, List<string> Names, NameFit Fit, bool Folds)> FitsOf(
        HashSet<string> model, (string Expression, bool IsModule, PyDict State) part)
    {
        List<string> names = [.. part.State.Select(entry => entry.Key).OfType<PyString>().Select(name => name.Value)];
        yield return (part.Expression, part.IsModule, part.State, names, NameFit.Of(model, names), false);
        List<WeightGroup> groups = [.. FoldedWeights.Find(part.State).Where(group => group.CanFold)];
        if (groups.Count > 0)
        {
            List<string> folded = [.. names.Concat(groups.Select(group => group.Name)).Except(groups.SelectMany(group => group.Members))];
            yield return (part.Expression, part.IsModule, part.State, folded, NameFit.Of(model, folded), true);
        }
    }

    private string Where => $", where {CodePath.Root} is what torch.load(f, weights_only: true) returns";

    private string? NoTensors()
    {
        var odd = keys.unexpected_keys.Where(key => source.Entries.TryGetValue(key, out var entry) && entry.NotATensor is not null).ToList();
        return odd.Count == 0 || odd.Count < keys.unexpected_keys.Count || keys.missing_keys.Count > 0 ? null
            : $"{Listed(odd.Select(key => $"\"{key}\""))} {(odd.Count == 1 ? "is no tensor" : "are no tensors")}: model.load_state_dict({source.Expression}, strict: false) leaves out what the model has not";
    }

    private IEnumerable<string> Nearest()
    {
        var pairs = NearestName.Pair([.. keys.missing_keys], [.. keys.unexpected_keys], SameShape).Where(pair => pair.Nearest is not null).ToList();
        if (pairs.Count > 0 && pairs.DistinctBy(pair => pair.Nearest).Count() == pairs.Count)
        {
            var rules = pairs.Take(Shown).Select(pair => $"({CodePath.Literal($"^{System.Text.RegularExpressions.Regex.Escape(pair.Nearest!)}$")}, {CodePath.Literal(pair.Key.Replace("$", "$$", StringComparison.Ordinal))})");
            yield return $"Names that are near: {Listed(pairs.Select(pair => $"\"{pair.Nearest}\" for \"{pair.Key}\""))}. If they are meant: model.warm_start({source.Expression}, new() {{ rename = [{string.Join(", ", rules)}] }})";
        }
    }

    private bool SameShape(string name, string key) =>
        source.Entries.TryGetValue(key, out var entry) && entry.NotATensor is null && _model.TryGetValue(name, out var tensor) && entry.Shape.SequenceEqual(tensor.shape);

    /// <summary>Things in a sentence, of many the first ones.</summary>
    internal static string Listed(IEnumerable<string> items)
    {
        var all = items.ToList();
        return string.Join(", ", all.Take(Shown)) + (all.Count > Shown ? $" and {all.Count - Shown} more" : "");
    }
}
