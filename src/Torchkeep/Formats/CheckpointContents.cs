namespace Torchkeep.Formats;

/// <summary>What every container kind yields.</summary>
/// <param name="Root">The object in the file.</param>
internal sealed record CheckpointContents(PyValue Root);
