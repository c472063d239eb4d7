using System.Globalization;

namespace Torchkeep.Formats.Sharded;

/// <summary>Names of Hugging Face's shards (huggingface_hub/serialization/_base.py and _torch.py).</summary>
internal static class ShardedConstants
{
    internal const string WeightMap = "weight_map";
    internal const string Metadata = "metadata";
    internal const string TotalSize = "total_size";

    /// <summary>What the name of an index ends with.</summary>
    internal const string IndexEnd = ".index.json";

    /// <summary>The name of one of the files that a path is split into.</summary>
    internal static string ShardName(string path, int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}-{number:D5}-of-{count:D5}{Path.GetExtension(path)}");
}
