namespace Torchkeep;

/// <summary>How names of a file become those of a model: as they are, without a wrapper's steps, or by a prefix on either side.</summary>
/// <param name="Count">How many of the model's names are then there.</param>
/// <param name="IsWhole">Whether these are all names on both sides.</param>
/// <param name="Options">What does it, or null where the names are the model's already.</param>
/// <param name="Prefix">The prefix that is taken off or put before, in words; empty for none.</param>
internal sealed record NameFit(int Count, bool IsWhole, WarmStartOptions? Options, string Prefix)
{
    private const int MaxSteps = 16;
    private const int MaxLength = 1000;

    /// <summary>The best there is.</summary>
    internal static NameFit Of(HashSet<string> model, IReadOnlyCollection<string> names)
    {
        var wrappers = new WrapperNames(model);
        List<string> keys = [.. names.Where(name => !wrappers.IsCount(name, names))];
        List<string> bare = keys.ConvertAll(wrappers.TakeOff);
        var best = Try(keys, null, "");
        Consider(bare, new(), wrappers.In(keys) is { Count: > 0 } steps ? string.Join(" and ", steps.Select(step => $"\"{step}.\"")) : "");
        foreach (var prefix in Prefixes(bare, model))
        {
            Consider(Stripped(prefix), new() { strip_prefix = prefix }, $"\"{prefix}\"");
        }

        foreach (var prefix in Prefixes(model, [.. bare]))
        {
            Consider(bare.ConvertAll(name => prefix + name), new() { add_prefix = prefix }, $"\"{prefix}\"");
        }

        var (ofFile, ofModel) = (CommonPrefix(bare), CommonPrefix(model));
        if (ofFile.Length > 0 && ofModel.Length > 0)
        {
            Consider(Stripped(ofFile).ConvertAll(name => ofModel + name), new() { strip_prefix = ofFile, add_prefix = ofModel }, $"\"{ofModel}\" in place of \"{ofFile}\"");
        }

        return best;

        List<string> Stripped(string prefix) => bare.ConvertAll(name => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name);

        void Consider(List<string> renamed, WarmStartOptions options, string prefix)
        {
            var fit = Try(renamed, options, prefix);
            best = fit.Count > best.Count ? fit : best;
        }

        NameFit Try(List<string> renamed, WarmStartOptions? options, string prefix)
        {
            var distinct = renamed.ToHashSet(StringComparer.Ordinal);
            var count = distinct.Count == renamed.Count ? model.Count(distinct.Contains) : 0;
            return new(count, count == model.Count && count == renamed.Count, options, prefix);
        }
    }

    /// <summary>Whether most of either side fit.</summary>
    internal bool IsMost(int model, int names) => Count > 0 && 2 * Count > Math.Min(model, names);

    /// <summary>The call that loads it.</summary>
    /// <param name="source">What C# calls the state_dict.</param>
    /// <param name="folds">Whether weights are to be made of their parts.</param>
    internal string Call(string source, bool folds)
    {
        if (Options is null)
        {
            return $"model.load_state_dict({source}{(IsWhole ? "" : ", strict: false")}{(folds ? ", fold_weights: true" : "")})";
        }

        string[] settings =
        [
            .. Options.strip_prefix.Length > 0 ? [$"strip_prefix = {CodePath.Literal(Options.strip_prefix)}"] : Array.Empty<string>(),
            .. Options.add_prefix.Length > 0 ? [$"add_prefix = {CodePath.Literal(Options.add_prefix)}"] : Array.Empty<string>(),
            .. folds ? ["fold_weights = true"] : Array.Empty<string>(),
            .. IsWhole ? ["strict = true"] : Array.Empty<string>(),
        ];
        return $"model.warm_start({source}{(settings.Length > 0 ? $", new() {{ {string.Join(", ", settings)} }}" : "")})";
    }

    // The prefixes behind which the longer names are shorter ones, the commonest first.
    private static IEnumerable<string> Prefixes(IEnumerable<string> longer, HashSet<string> shorter)
    {
        const int Tried = 3;
        var counts = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        var names = shorter.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var name in longer.Where(name => name.Length <= MaxLength))
        {
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            for (var step = 0; dot >= 0 && step < MaxSteps; step++)
            {
                if (names.Contains(name.AsSpan(dot + 1)))
                {
                    var prefix = name[..(dot + 1)];
                    counts[prefix] = counts.GetValueOrDefault(prefix) + 1;
                }

                dot = name.IndexOf('.', dot + 1);
            }
        }

        return counts.OrderByDescending(entry => entry.Value).Take(Tried).Select(entry => entry.Key);
    }

    // Whole steps that all names begin with.
    private static string CommonPrefix(IEnumerable<string> names)
    {
        string? common = null;
        foreach (var name in names)
        {
            var start = name[..(name.LastIndexOf('.') + 1)];
            if (common is null)
            {
                common = start;
                continue;
            }

            var length = common.AsSpan().CommonPrefixLength(start);
            common = common[..(common[..length].LastIndexOf('.') + 1)];
        }

        return common ?? "";
    }
}
