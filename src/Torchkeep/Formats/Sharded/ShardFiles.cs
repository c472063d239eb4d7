namespace Torchkeep.Formats.Sharded;

/// <summary>
/// The files that an index names, each once: links can lead from any number of names to one file, which is then opened,
/// read and checked once.
/// </summary>
internal static class ShardFiles
{
    /// <param name="index">The path of the index.</param>
    /// <param name="names">What it names, each once.</param>
    internal static List<ShardFile> Of(string index, IEnumerable<string> names)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(index))!;
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = new OrderedDictionary<string, ShardFile>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            var real = File.Exists(path) ? RealPath(path, folders) : path;
            if (files.TryGetValue(real, out var known))
            {
                known.Names.Add(name);
            }
            else
            {
                files.Add(real, new([name], path));
            }
        }

        return [.. files.Values];
    }

    // Without what is a link. What cannot be followed is what it is called, and fails when it is opened.
    private static string RealPath(string path, Dictionary<string, string> folders)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
        {
            return path;
        }

        if (!folders.TryGetValue(parent, out var realParent))
        {
            realParent = RealFolder(parent, folders);
        }

        return Follow(new FileInfo(Path.Combine(realParent, Path.GetFileName(path))));
    }

    // From the root on, so that the depth of a path takes no call stack.
    private static string RealFolder(string folder, Dictionary<string, string> folders)
    {
        var pending = new Stack<string>();
        var known = folder;
        string? real;
        for (; !folders.TryGetValue(known, out real); known = Path.GetDirectoryName(known)!)
        {
            if (Path.GetDirectoryName(known) is null)
            {
                real = known;
                break;
            }

            pending.Push(known);
        }

        while (pending.TryPop(out var next))
        {
            real = Follow(new DirectoryInfo(Path.Combine(real, Path.GetFileName(next))));
            folders[next] = real;
        }

        return real;
    }

    private static string Follow(FileSystemInfo place)
    {
        try
        {
            return place.LinkTarget is null ? place.FullName : place.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? place.FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return place.FullName;
        }
    }
}
