using Torchkeep.Formats.Sharded;

namespace Torchkeep;

/// <summary>Which part of a checkpoint in several files a file is, by its name: <c>model-00001-of-00003.safetensors</c>.</summary>
/// <param name="Number">Which it is, from 1 on.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Index">The path of the index beside it, by which all are opened; null where there is none.</param>
public sealed record CheckpointShard(int Number, int Count, string? Index)
{
    /// <summary>What a file's name says, or null of one that is no shard by its name, or the only one.</summary>
    internal static CheckpointShard? Of(string? file)
    {
        if (file is null || ShardName.Parse(Path.GetFileName(file)) is not { Count: > 1 } name)
        {
            return null;
        }

        var folder = Path.GetDirectoryName(file) ?? "";
        return new(name.Number, name.Count, name.IndexNames().Select(index => Path.Combine(folder, index)).FirstOrDefault(File.Exists));
    }

    /// <summary>Such as <c>shard 1 of 3; model.safetensors.index.json beside it opens all</c>.</summary>
    public override string ToString() => Index is null
        ? $"shard {Number} of {Count}; the index of all is not beside it"
        : $"shard {Number} of {Count}; '{Path.GetFileName(Index)}' beside it opens all";
}
