using System.Collections.Frozen;
using Torchkeep.Tensors;
using Torchkeep.Torch;

namespace Torchkeep.Formats;

/// <summary>What every container kind yields.</summary>
/// <param name="Root">The object in the file.</param>
/// <param name="Names">Where its tensors ask for their names.</param>
internal sealed record CheckpointContents(PyValue Root, TensorNames Names)
{
    /// <summary>The kind, where the file's first bytes are those of several.</summary>
    internal CheckpointFormat? Format { get; init; }

    /// <summary>How many bytes it takes, where something may follow; else null for all that there are.</summary>
    internal long? Length { get; init; }

    /// <summary>What lies beside the object, under the names that its paths start with.</summary>
    internal IReadOnlyList<PyEntry> Beside { get; init; } = [];

    /// <summary>The module that the file holds, where the object is not it.</summary>
    internal PyValue? Model { get; init; }

    /// <summary>How the file's modules are read.</summary>
    internal IModuleReader Modules { get; init; } = PythonModules.Instance;

    /// <summary>Texts that the file carries beside its object.</summary>
    internal IReadOnlyDictionary<string, string> Metadata { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Names that the file has for tensors beside their own, each with that one.</summary>
    internal IReadOnlyDictionary<string, string> Aliases { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Other files that the object's bytes lie in, to be closed with it.</summary>
    internal IReadOnlyList<ByteSource> Shards { get; init; } = [];

    /// <summary>Bytes that belong to nothing, where the kind has a place after its last one.</summary>
    internal IReadOnlyList<Leftover> Leftovers { get; init; } = [];
}
