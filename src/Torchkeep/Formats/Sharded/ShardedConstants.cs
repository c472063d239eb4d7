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

    /// <summary>Whether a name can be that of one of the files that a path is split into.</summary>
    internal static bool IsShardName(string path, string name)
    {
        var (start, end) = ($"{Path.GetFileNameWithoutExtension(path)}-", Path.GetExtension(path));
        return name.Length >= start.Length + end.Length && name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(end, StringComparison.Ordinal)
            && name[start.Length..^end.Length].Split("-of-") is [var number, var count] && IsNumber(number) && IsNumber(count);

        static bool IsNumber(string text) => text.Length >= 5 && text.All(char.IsAsciiDigit);
    }

    /// <summary>The name of one of the files that a path is split into.</summary>
    internal static string ShardName(string path, int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}-{number:D5}-of-{count:D5}{Path.GetExtension(path)}");
}
