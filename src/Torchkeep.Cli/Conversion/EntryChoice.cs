namespace Torchkeep.Cli.Conversion;

/// <summary>Which entries of a dictionary are written, and under which names.</summary>
/// <param name="Select">Patterns of names that are written; empty for all.</param>
/// <param name="Exclude">Patterns of names that are not.</param>
/// <param name="Rename">What becomes of the names.</param>
/// <param name="TensorsOnly">Whether what is no tensor is left out.</param>
internal sealed record EntryChoice(IReadOnlyList<NamePattern> Select, IReadOnlyList<NamePattern> Exclude, IReadOnlyList<RenameRule> Rename, bool TensorsOnly)
{
    private bool IsAboutNames => Select.Count > 0 || Exclude.Count > 0 || Rename.Count > 0;

    internal bool IsAll => !IsAboutNames && !TensorsOnly;

    /// <summary>A new dictionary of the chosen entries.</summary>
    /// <param name="dict">All of them.</param>
    /// <param name="leftOut">Is given those that are no tensors.</param>
    /// <exception cref="CommandException">No entry is chosen, two get one name, or one has no name.</exception>
    internal PyDict Of(PyDict dict, List<KeyValuePair<PyValue, PyValue>> leftOut)
    {
        var chosen = new PyDict(dict.IsOrdered) { Attributes = dict.Attributes };
        var sources = new Dictionary<PyValue, PyValue>();
        foreach (var (key, value) in dict)
        {
            var name = (key as PyString)?.Value;
            if (name is null && (Select.Count > 0 || Rename.Count > 0))
            {
                throw new CommandException($"--select and --rename are about names, and the dictionary has the key {key}");
            }

            if (name is not null && ((Select.Count > 0 && !Select.Any(pattern => pattern.Matches(name))) || Exclude.Any(pattern => pattern.Matches(name))))
            {
                continue;
            }

            if (TensorsOnly && value is not PyTensor)
            {
                leftOut.Add(new(key, value));
                continue;
            }

            var renamed = name is null ? key : Rename.Aggregate(name, (current, rule) => rule.Apply(current));
            if (!sources.TryAdd(renamed, key))
            {
                throw new CommandException($"{sources[renamed]} and {key} would both be called {renamed}: give one of them another name with --rename, or leave it out with --exclude");
            }

            chosen.Add(renamed, value);
        }

        return chosen.Count > 0 || dict.Count == 0 || leftOut.Count > 0
            ? chosen
            : throw new CommandException($"{(Select.Count > 0 ? "--select chooses none" : "--exclude leaves none")} of the {dict.Count} entries, which are called {Listing.Of(dict.Select(entry => entry.Key.ToString()!))}");
    }
}
