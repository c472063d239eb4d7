namespace Torchkeep.Cli.Scanning;

/// <summary>
/// The files below a folder, by their names. Symbolic links are not followed: what one in the folder leads to is looked at
/// in its own place, and one that leads out of the folder is an error, so that nobody takes it for scanned.
/// </summary>
internal static class FolderWalk
{
    internal static IReadOnlyList<FoundFile> Of(string folder)
    {
        var files = new List<FoundFile>();
        var links = new List<FileSystemInfo>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) };
        var folders = new Stack<string>([folder]);
        while (folders.TryPop(out var current))
        {
            try
            {
                foreach (var entry in new DirectoryInfo(current).EnumerateFileSystemInfos())
                {
                    var path = Path.Combine(current, entry.Name);
                    if (entry.LinkTarget is not null)
                    {
                        links.Add(entry);
                        continue;
                    }

                    seen.Add(entry.FullName);
                    if (entry is DirectoryInfo)
                    {
                        folders.Push(path);
                    }
                    else if (entry is FileInfo { Length: > 0 })
                    {
                        // Pipes, devices and empty files have no length, and nothing in them.
                        files.Add(new(path, null));
                    }
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                files.Add(new(current, error.Message));
            }
        }

        files.AddRange(links.Where(link => LeadsOut(link, seen)).Select(link => new FoundFile(
            Path.Combine(folder, Path.GetRelativePath(Path.GetFullPath(folder), link.FullName)),
            $"'{link.FullName}' is a symbolic link that leads out of the folder, and was not followed: name it to scan it")));
        files.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return files;
    }

    private static bool LeadsOut(FileSystemInfo link, HashSet<string> seen)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target && !seen.Contains(Path.TrimEndingDirectorySeparator(target.FullName));
        }
        catch (IOException)
        {
            // Links that lead to one another.
            return false;
        }
    }
}
