namespace Torchkeep.Values;

/// <summary>
/// Tells apart what lies in one value under steps of one text: the first in its order is number 1. Nothing is kept of steps
/// that no other has.
/// </summary>
internal sealed class PySiblings
{
    // So many characters for all keys of one dictionary: then its keys cost no more than they do in the file, many times over.
    private const int MaxCharacters = 1 << 25;
    private const int MinLength = 64;

    private readonly Dictionary<int, int>? _numbers;

    private PySiblings(int maxLength, Dictionary<int, int>? numbers) => (MaxLength, _numbers) = (maxLength, numbers);

    /// <summary>The longest text of a key that is no string.</summary>
    internal int MaxLength { get; }

    /// <summary>The number of the step at a place, or null where its text is its own.</summary>
    internal int? NumberAt(int place) => _numbers is not null && _numbers.TryGetValue(place, out var number) ? number : null;

    /// <summary>Whether steps of several kinds lead on from a value, and can have one text.</summary>
    internal static bool IsMixed(PyValue value) => value is PyCompositeTensor { State: not null } or PyObject { KeywordArguments: not null } or PyObject { Items: not null, Entries: not null };

    internal static PySiblings Of(PyEntry parent)
    {
        var all = new PyChildren(parent);
        var isMixed = IsMixed(parent.Value);
        List<int> places = [];
        for (var place = 0; place < all.Count; place++)
        {
            if (isMixed || !all.At(place).HasOwnText)
            {
                places.Add(place);
            }
        }

        var maxLength = Math.Clamp(MaxCharacters / Math.Max(1, places.Count), MinLength, PyKeyText.MaxLength);

        // Texts are held of those alone that may have to be told apart.
        var hashes = new int[places.Count];
        var counts = new Dictionary<int, int>();
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = all.At(places[i]).TextOf(maxLength).GetHashCode(StringComparison.Ordinal);
            counts[hashes[i]] = counts.GetValueOrDefault(hashes[i]) + 1;
        }

        var alike = Enumerable.Range(0, hashes.Length).Where(i => counts[hashes[i]] > 1)
            .GroupBy(i => all.At(places[i]).TextOf(maxLength), StringComparer.Ordinal).Where(group => group.Count() > 1);
        Dictionary<int, int>? numbers = null;
        foreach (var group in alike)
        {
            foreach (var (i, number) in group.Select((i, number) => (i, number + 1)))
            {
                (numbers ??= []).Add(places[i], number);
            }
        }

        return new(maxLength, numbers);
    }
}
