namespace Torchkeep.Formats.Scanning;

/// <summary>Bytes to look at.</summary>
/// <param name="Source">The bytes.</param>
/// <param name="Record">What findings call them, or null for the file itself.</param>
/// <param name="Depth">In how many others they lie.</param>
/// <param name="IsNamedPickle">Whether they are a pickle because something says so, whatever they look like.</param>
internal sealed record ScanPart(ByteSource Source, string? Record, int Depth, bool IsNamedPickle)
{
    /// <summary>A record of this.</summary>
    internal ScanPart Inside(ByteSource source, string name, bool isNamedPickle) =>
        new(source, Record is null ? name : $"{Record} > {name}", Depth + 1, isNamedPickle);
}
