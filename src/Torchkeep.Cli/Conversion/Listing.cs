namespace Torchkeep.Cli.Conversion;

/// <summary>Things in a sentence, of many the first ones.</summary>
internal static class Listing
{
    private const int Shown = 20;

    internal static string Of(IEnumerable<string> items)
    {
        var all = items.ToList();
        return string.Join(", ", all.Take(Shown)) + (all.Count > Shown ? $" and {Output.Quantity.Number(all.Count - Shown)} more" : "");
    }
}
