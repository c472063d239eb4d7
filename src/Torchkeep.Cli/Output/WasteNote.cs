namespace Torchkeep.Cli.Output;

/// <summary>A word about bytes that no tensor uses, where there are enough to speak of.</summary>
internal static class WasteNote
{
    private const long MinBytes = 64 << 10;
    private const int MinPercent = 5;

    internal static string? Of(StorageUsage usage) =>
        usage.UnusedBytes >= MinBytes && (Int128)usage.UnusedBytes * 100 >= (Int128)usage.TotalBytes * MinPercent
            ? $"{Quantity.Bytes(usage.UnusedBytes)} of {Quantity.Bytes(usage.TotalBytes)} are used by no tensor: torchkeep convert --compact leaves them out"
            : null;
}
