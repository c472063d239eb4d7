using Torchkeep.IO;

namespace Torchkeep.Formats.Sharded;

/// <summary>
/// The index and the files that an earlier save left under a name. Whatever is saved there next takes their place: a loader
/// that finds both would take the old ones by mistake.
/// </summary>
internal sealed class EarlierShards
{
    private readonly string _path;
    private readonly string[] _names;

    private EarlierShards(string path, string[] names) => (_path, _names) = (path, names);

    private string Index => _path + ShardedConstants.IndexEnd;

    /// <summary>What lies under the name of a single file, or null where there is no index. What is no index is left alone.</summary>
    internal static EarlierShards? Of(string path)
    {
        path = Path.GetFullPath(path);
        var index = path + ShardedConstants.IndexEnd;
        if (!File.Exists(index))
        {
            return null;
        }

        try
        {
            using var source = new FileByteSource(index);
            if (source.Length > ReadLimits.Default.MaxJsonBytes)
            {
                return null;
            }

            var json = new byte[source.Length];
            source.Read(0, json);
            var names = ShardIndex.Parse(json, source, ReadLimits.Default)?.Weights.Select(weight => weight.File).Distinct(StringComparer.Ordinal);
            return names is null ? null : new(path, [.. names.Where(name => ShardedConstants.IsShardName(path, name))]);
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    /// <summary>Removes the index first: from then on nothing names its files, whenever this is stopped.</summary>
    /// <param name="kept">Names of files that a later save has written.</param>
    /// <param name="flushToDisk">Whether the removal survives a power cut.</param>
    /// <param name="keepIndex">Whether the index is the later save's.</param>
    /// <exception cref="IOException">A file cannot be removed; the new ones are in place.</exception>
    internal void Remove(IReadOnlyCollection<string> kept, bool flushToDisk, bool keepIndex = false)
    {
        var folder = Path.GetDirectoryName(_path)!;
        var files = _names.Except(kept, StringComparer.Ordinal).Select(name => Path.Combine(folder, name));
        foreach (var file in keepIndex ? files : files.Prepend(Index))
        {
            Remove(file, _path);
        }

        if (flushToDisk)
        {
            DirectoryFlush.Flush(folder);
        }
    }

    /// <summary>Removes a file that an earlier save left.</summary>
    internal static void Remove(string file, string path)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' is saved, but '{file}', which an earlier save left under the same name, cannot be removed: remove it, or it will be loaded by mistake", error);
        }
    }
}
