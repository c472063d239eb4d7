using System.Text.Json;

namespace Torchkeep.Formats.Sharded;

/// <summary>An index: which tensor lies in which file. What else there is in it is not looked at.</summary>
/// <param name="Weights">The names and files in the index's order.</param>
/// <param name="Texts">The texts of its metadata, which may be further names of tensors (huggingface_hub, <c>save_torch_state_dict</c>).</param>
internal sealed record ShardIndex(List<(string Name, string File)> Weights, Dictionary<string, string> Texts)
{
    /// <summary>The index, or null for JSON that is none.</summary>
    internal static ShardIndex? Parse(ReadOnlySpan<byte> json, ByteSource source, ReadLimits limits)
    {
        if (json.IndexOf("\"weight_map\""u8) < 0)
        {
            return null;
        }

        var cursor = new JsonCursor(json, source.Name, start: 0);
        List<(string, string)>? weights = null;
        Dictionary<string, string> texts = [];
        cursor.Read(JsonTokenType.StartObject, "the index must be an object");
        while (cursor.TryReadName(out var name))
        {
            if (name == ShardedConstants.Metadata)
            {
                texts = ReadTexts(ref cursor);
                continue;
            }

            if (name != ShardedConstants.WeightMap)
            {
                cursor.Skip();
                continue;
            }

            if (weights is not null)
            {
                cursor.Refuse($"the index has {ShardedConstants.WeightMap} twice");
            }

            weights = ReadWeights(ref cursor, source, limits);
        }

        // Anything but space behind it is an error of its own.
        cursor.Read();
        return weights is null ? null : new(weights, texts);
    }

    // Whatever is there in place of texts is none of ours.
    private static Dictionary<string, string> ReadTexts(ref JsonCursor cursor)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        cursor.Read();
        if (cursor.Token != JsonTokenType.StartObject)
        {
            cursor.SkipRest();
            return texts;
        }

        while (cursor.TryReadName(out var key))
        {
            cursor.Read();
            if (cursor.Token == JsonTokenType.String)
            {
                texts.TryAdd(key, cursor.Text());
            }
            else
            {
                cursor.SkipRest();
            }
        }

        return texts;
    }

    private static List<(string, string)> ReadWeights(ref JsonCursor cursor, ByteSource source, ReadLimits limits)
    {
        var weights = new List<(string, string)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        cursor.Read(JsonTokenType.StartObject, $"{ShardedConstants.WeightMap} must be an object");
        while (cursor.TryReadName(out var name))
        {
            if (!names.Add(name))
            {
                cursor.Refuse("the index has this tensor twice", name);
            }

            if (weights.Count == limits.MaxRecords)
            {
                ShardedThrow.TooManyTensors(source, limits.MaxRecords);
            }

            cursor.Read(JsonTokenType.String, $"{ShardedConstants.WeightMap} must map names to files");
            var file = cursor.Text();
            if (!files.TryGetValue(file, out var known))
            {
                if (!IsInside(file))
                {
                    cursor.Refuse($"the index names the file {new PyString(file).Brief}, which must lie beside it or in a folder there", name);
                }

                files.Add(file, known = file);
            }

            weights.Add((name, known));
        }

        return weights;
    }

    /// <summary>Whether a name stays in the folder that it is looked for in. The same on every system: what is a path somewhere is none anywhere.</summary>
    internal static bool IsInside(string file) =>
        file.Length > 0 && !file.AsSpan().ContainsAny('\\', ':', '\0') && !file.Split('/').Any(part => part is "" or "." or "..");
}
