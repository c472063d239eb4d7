using Torchkeep.Tensors;

namespace Torchkeep.Formats;

/// <summary>What every container kind yields.</summary>
/// <param name="Root">The object in the file.</param>
/// <param name="Names">Where its tensors ask for their names.</param>
internal sealed record CheckpointContents(PyValue Root, TensorNames Names);
