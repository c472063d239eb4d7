using System.Text.RegularExpressions;
using TorchSharp;

namespace Torchkeep;

/// <summary>Fits a state_dict to a model under other names, checks the whole, and only then copies.</summary>
internal sealed class WarmStarter
{
    private readonly ModuleNode _root;
    private readonly StateSource _source;
    private readonly WarmStartOptions _options;
    private readonly OrderedDictionary<string, torch.Tensor> _model = new(StringComparer.Ordinal);

    // From the name in the model to the one in the file.
    private readonly OrderedDictionary<string, string> _origins = new(StringComparer.Ordinal);
    private readonly List<(string Key, string Reason)> _skipped = [];

    private WarmStarter(torch.nn.Module module, StateSource source, WarmStartOptions options)
    {
        _root = ModuleTree.Read(module);
        _source = source;
        _options = options;
        foreach (var (key, tensor) in ModuleTree.Entries(_root, prefix: ""))
        {
            _model[key] = tensor;
        }
    }

    internal static WarmStartReport Load(torch.nn.Module module, StateSource source, WarmStartOptions options)
    {
        ArgumentNullException.ThrowIfNull(module);
        var starter = new WarmStarter(module, source, options);
        var isSelected = starter.Selection();
        starter.Rename(isSelected);
        return starter.Load(isSelected);
    }

    private Func<string, bool> Selection()
    {
        var (include, exclude) = (Pattern(_options.include), Pattern(_options.exclude));
        return name => include?.IsMatch(name) != false && exclude?.IsMatch(name) != true;
    }

    // A name must not cost more than its length, whoever wrote it.
    private static Regex? Pattern(string? pattern) =>
        pattern is null ? null : new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>Which groups of the file's tensors are made one weight, or null where none are.</summary>
    internal static Func<WeightGroup, bool>? FoldsFor(torch.nn.Module module, WarmStartOptions options)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (!options.fold_weights)
        {
            return null;
        }

        HashSet<string> model = [.. ModuleTree.Entries(ModuleTree.Read(module), prefix: "").Select(entry => entry.Key)];
        var nameOf = Naming(new(model), options);
        return group => group.CanFold && !group.Members.Any(member => member != group.Name && model.Contains(nameOf(member)));
    }

    // From a name of the file to the one that it gets.
    private static Func<string, string> Naming(WrapperNames wrappers, WarmStartOptions options)
    {
        var rules = options.rename.Select(rule => (Pattern: Pattern(rule.pattern)!, rule.replacement)).ToList();
        return key =>
        {
            var name = options.unwrap ? wrappers.TakeOff(key) : key;
            if (name.StartsWith(options.strip_prefix, StringComparison.Ordinal))
            {
                name = name[options.strip_prefix.Length..];
            }

            return options.add_prefix + rules.Aggregate(name, (text, rule) => rule.Pattern.Replace(text, rule.replacement));
        };
    }

    private void Rename(Func<string, bool> isSelected)
    {
        var wrappers = new WrapperNames([.. _model.Keys]);
        var nameOf = Naming(wrappers, _options);
        foreach (var key in _source.Entries.Keys)
        {
            if (_options.unwrap && wrappers.IsCount(key, _source.Entries.Keys))
            {
                _skipped.Add((key, "the count of an AveragedModel"));
                continue;
            }

            var name = nameOf(key);
            if (!isSelected(name))
            {
                _skipped.Add((key, "not selected"));
            }
            else if (!_origins.TryAdd(name, key))
            {
                throw new ArgumentException(SafeText.Escape($"'{_origins[name]}' and '{key}' of the state_dict both become '{name}'"));
            }
        }
    }

    private WarmStartReport Load(Func<string, bool> isSelected)
    {
        var loader = new StateDictLoader(_source.Renamed(_origins), assign: false, _options.skip_mismatched);
        loader.Check(_root);
        List<string> missing = [.. loader.Missing.Where(isSelected)];
        List<string> unexpected = [.. loader.Unexpected.Select(name => _origins[name])];
        var keys = new IncompatibleKeys(missing, unexpected);
        var advice = new StateDictAdvice(_root, _source, keys);
        var inGroups = advice.GroupsOfMissing();
        var members = inGroups.SelectMany(group => group.Members).ToHashSet(StringComparer.Ordinal);
        var report = new WarmStartReport(_root.ClassName)
        {
            applied = [.. loader.Matched],
            renamed = [.. loader.Matched.Select(name => (_origins[name], name)).Where(entry => entry.Item1 != entry.name)],
            skipped = [.. _skipped, .. loader.Skipped.Select(skip => (_origins[skip.Key], skip.Reason))],
            missing = NearestName.Pair(missing, unexpected.FindAll(name => !members.Contains(name)), SameShape),
            unexpected = [.. NearestName.Pair(unexpected, missing, (key, name) => SameShape(name, key)).Select(pair => members.Contains(pair.Key) ? (pair.Key, null) : pair)],
            hints = inGroups.Count == 0 ? [] : advice.Lines(),
        };
        if (report.applied.Count == 0 && !loader.HasProblems)
        {
            throw new StateDictException(
                _root.ClassName, keys,
                [
                    $"nothing was loaded: of the {_source.Entries.Count} names of the state_dict none fits one of the model's {_model.Count}",
                    .. advice.Lines() is { Count: > 0 } lines ? lines.Select(line => Hints.Prefix + line) : report.Lines(),
                ]);
        }

        loader.Judge(_root.ClassName, keys, _options.strict, advice.Lines);
        loader.Apply();
        return report;
    }

    private bool SameShape(string name, string key) =>
        _source.Entries[key] is { NotATensor: null } entry && entry.Shape.SequenceEqual(_model[name].shape);
}
