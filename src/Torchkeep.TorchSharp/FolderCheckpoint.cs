namespace Torchkeep;

/// <summary>A whole checkpoint of a <see cref="CheckpointFolder"/>, to resume from or to keep.</summary>
/// <param name="path">The file.</param>
/// <param name="step">The step that it was saved for.</param>
/// <param name="metric">How good it was said to be, or null.</param>
/// <param name="passed_over">Files that would have come before it and are damaged, each with what is wrong with it.</param>
public sealed record FolderCheckpoint(string path, long step, double? metric, IReadOnlyList<(string path, string reason)> passed_over);
