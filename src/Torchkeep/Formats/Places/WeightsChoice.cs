namespace Torchkeep.Formats.Places;

/// <summary>Which of the weights in one folder its path means, as the library would take them that wrote them.</summary>
internal static class WeightsChoice
{
    private const string Last = "last";
    private const int Shown = 10;

    /// <summary>The weights, or what is wrong with them; neither where there are none.</summary>
    internal static (FolderPart? Weights, string? Problem) Of(IReadOnlyList<FolderPart> parts)
    {
        List<(FolderPart Part, WeightsName Name)> named =
        [
            .. from part in parts
               where part.Role == FolderRole.Weights && FolderListing.LengthOf(part.Path) is not null
               let name = WeightsName.Parse(Path.GetFileName(part.Path))
               where name is not null
               select (part, name),
        ];
        List<FolderPart> lightning = [.. parts.Where(part => part.Role == FolderRole.Weights && part.Name.EndsWith(FolderNames.LightningEnd, StringComparison.Ordinal))];
        return named.Count > 0 ? Choose(named)
            : parts.FirstOrDefault(part => part.Role == FolderRole.Weights && FolderListing.LengthOf(part.Path) is null) is { } broken
                ? (null, $"a directory whose '{broken.Name}' is a link to a file that is not there: download or copy that file too")
            : lightning.Count > 0 ? ChooseLightning(lightning)
            : parts.FirstOrDefault(part => part.Role == FolderRole.Shard) is { } shard
                ? (null, $"a directory with '{shard.Name}' and no index that says which tensors are in which file: copy the index too, a file whose name ends with .index.json")
            : (null, null);
    }

    /// <summary>What to type in place of the folder.</summary>
    internal static string OneOf(IEnumerable<FolderPart> parts)
    {
        List<FolderPart> all = [.. parts];
        return $"{string.Join(", ", all.Take(Shown).Select(part => $"'{part.Path}'"))}{(all.Count > Shown ? $" and {all.Count - Shown} more" : "")}";
    }

    private static (FolderPart? Weights, string? Problem) Choose(List<(FolderPart Part, WeightsName Name)> named)
    {
        if (named.DistinctBy(weights => (weights.Name.Family, weights.Name.Number)).Count() > 1)
        {
            return (null, $"a directory that holds the weights of several models: give one of {OneOf(named.Select(weights => weights.Part))}");
        }

        // A variant is asked for by its name, unless there is nothing else.
        var plain = named.FindAll(weights => weights.Name.Variant is null);
        return plain.Count > 0 ? (First(plain), null)
            : named.DistinctBy(weights => weights.Name.Variant).Count() == 1 ? (First(named), null)
            : (null, $"a directory that holds several variants of the weights: give one of {OneOf(named.Select(weights => weights.Part))}");
    }

    private static FolderPart First(List<(FolderPart Part, WeightsName Name)> named) => named.MinBy(weights => weights.Name.Order).Part;

    // lightning/pytorch/callbacks/model_checkpoint.py: the one that a run goes on from is called last, and may be a link.
    private static (FolderPart? Weights, string? Problem) ChooseLightning(List<FolderPart> checkpoints)
    {
        var last = checkpoints.FindAll(part => Path.GetFileName(part.Path).StartsWith(Last, StringComparison.Ordinal));
        return checkpoints.Count == 1 ? (checkpoints[0], null)
            : last.Count == 1 ? (last[0], null)
            : (null, $"a directory that holds several checkpoints: give one of {OneOf(checkpoints)}");
    }
}
