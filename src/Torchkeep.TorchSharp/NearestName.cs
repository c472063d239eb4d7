namespace Torchkeep;

/// <summary>Finds what a name was probably meant to be. What is compared is bounded: names come from files.</summary>
internal static class NearestName
{
    private const int MaxAsked = 100;
    private const int MaxCandidates = 1000;
    private const int MaxLength = 200;

    /// <param name="names">The names to find others for; only the first hundred get one.</param>
    /// <param name="candidates">The names to choose from.</param>
    /// <param name="isLikely">Whether a name and a candidate are alike in another way; then their spellings may differ more.</param>
    internal static List<(string Key, string? Nearest)> Pair(List<string> names, List<string> candidates, Func<string, string, bool> isLikely) =>
        [.. names.Select((name, i) => (name, i < MaxAsked ? Find(name, candidates, isLikely) : null))];

    private static string? Find(string name, List<string> candidates, Func<string, string, bool> isLikely)
    {
        var (best, nearest) = (int.MaxValue, (string?)null);
        foreach (var candidate in candidates.Take(MaxCandidates))
        {
            var length = Math.Max(name.Length, candidate.Length);
            if (length > MaxLength)
            {
                continue;
            }

            // Twice the distance, so that of two equally near the likelier one wins.
            var likely = isLikely(name, candidate);
            var distance = IsBehindPrefix(name, candidate) ? 1 : (2 * Distance(name, candidate)) + (likely ? 0 : 1);
            if (distance < best && (distance <= (likely ? length : length / 2)))
            {
                (best, nearest) = (distance, candidate);
            }
        }

        return nearest;
    }

    private static bool IsBehindPrefix(string one, string other) =>
        one.EndsWith($".{other}", StringComparison.Ordinal) || other.EndsWith($".{one}", StringComparison.Ordinal);

    // Levenshtein's, a row at a time.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
