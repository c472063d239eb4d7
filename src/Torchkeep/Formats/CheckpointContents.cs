using System.Collections.Frozen;
using Torchkeep.Tensors;

namespace Torchkeep.Formats;

/// <summary>What every container kind yields.</summary>
/// <param name="Root">The object in the file.</param>
/// <param name="Names">Where its tensors ask for their names.</param>
internal sealed record CheckpointContents(PyValue Root, TensorNames Names)
{
    /// <summary>Texts that the file carries beside its object.</summary>
    internal IReadOnlyDictionary<string, string> Metadata { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Other files that the object's bytes lie in, to be closed with it.</summary>
    internal IReadOnlyList<ByteSource> Shards { get; init; } = [];
}
