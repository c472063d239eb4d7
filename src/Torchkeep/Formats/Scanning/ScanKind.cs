namespace Torchkeep.Formats.Scanning;

/// <summary>A kind of bytes that a scan looks into.</summary>
/// <param name="Name">What a report calls it.</param>
/// <param name="Matches">Whether bytes that begin like this, of up to <see cref="FormatTable.HeadSize"/>, are of the kind.</param>
/// <param name="Run">Looks into them; false if they turn out to be of another kind.</param>
internal sealed record ScanKind(string Name, ScanKind.HeadTest Matches, Func<FileScan, ScanPart, bool> Run)
{
    /// <summary>Whether readers of the kind pass over a zip archive at its end, which readers of archives find from there.</summary>
    internal bool MayPrecedeArchive { get; init; }

    /// <summary>
    /// Whether an unpickler can take the bytes for a pickle besides. The legacy format is one; and a zip archive starts
    /// with an opcode, PERSID, that a plain unpickler refuses.
    /// </summary>
    internal bool MayBePickle { get; init; } = true;

    /// <summary>The name without what a report says of the kind.</summary>
    internal string ShortName => Name.Split(',')[0];

    /// <summary>A question about the first bytes.</summary>
    internal delegate bool HeadTest(ReadOnlySpan<byte> head);
}
