namespace Torchkeep.Formats.Sharded;

/// <summary>A file that an index names.</summary>
/// <param name="Names">The names that the index has for it: one, unless links lead to the same file.</param>
/// <param name="Path">Where it is, by the first of them.</param>
internal sealed record ShardFile(List<string> Names, string Path);
