namespace Torchkeep.Formats;

/// <summary>Bytes behind the last that a reader takes.</summary>
/// <param name="Record">What they lie in, or null for the file.</param>
/// <param name="Offset">The first of them.</param>
/// <param name="Length">How many.</param>
internal sealed record Leftover(string? Record, long Offset, long Length);
