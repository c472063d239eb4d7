using System.Text.Json;

namespace Torchkeep.Formats.Sharded;

/// <summary>Parses an index: which tensor lies in which file. What else there is in it is not looked at.</summary>
internal static class ShardIndex
{
    /// <summary>The names and files in the index's order, or null for JSON that is no index.</summary>
    internal static List<(string Name, string File)>? Parse(ReadOnlySpan<byte> json, ByteSource source, ReadLimits limits)
    {
        if (json.IndexOf("\"weight_map\""u8) < 0)
        {
            return null;
        }

        var cursor = new JsonCursor(json, source.Name, start: 0);
        List<(string, string)>? weights = null;
        cursor.Read(JsonTokenType.StartObject, "the index must be an object");
        while (cursor.TryReadName(out var name))
        {
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
        return weights;
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
