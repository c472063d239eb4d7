namespace Torchkeep.IO;

/// <summary>
/// The file that a save puts in place. Links to it are followed here and not by the system, whose guard against links that
/// others lay (Linux: fs.protected_symlinks, fs/namei.c, <c>may_follow_link</c>) would not see them: so its rule holds here.
/// </summary>
internal static class SaveTarget
{
    // As Linux, MAXSYMLINKS.
    private const int MaxLinks = 40;

    private const UnixFileMode EverybodysFolder = UnixFileMode.StickyBit | UnixFileMode.OtherWrite;

    /// <summary>The full path of what a path leads to, which need not be there.</summary>
    /// <exception cref="UnauthorizedAccessException">It is no plain file, or a link of somebody else leads to it.</exception>
    /// <exception cref="IOException">Links lead to it in a circle.</exception>
    internal static string Find(string path)
    {
        var target = OperatingSystem.IsWindows() ? FindOnWindows(path) : FollowLinks(path);
        if (Directory.Exists(target))
        {
            throw new UnauthorizedAccessException($"cannot save to '{path}': it is a directory");
        }

        // What stands in /proc is no file, and what a link there leads to may have no name.
        var kind = FileStatus.Of(target)?.Kind ?? FileKind.Regular;
        if (kind != FileKind.Regular || (!OperatingSystem.IsWindows() && target.StartsWith("/proc/", StringComparison.Ordinal)) || IsUnknownDevice(target))
        {
            // Renaming over it would leave a plain file in its place, for everybody.
            throw new UnauthorizedAccessException($"cannot save to '{path}': it is {Describe(kind)} and no plain file; open it and save to the stream");
        }

        return target;
    }

    // Where the system does not say what a file is.
    private static bool IsUnknownDevice(string target) =>
        !OperatingSystem.IsWindows() && !OperatingSystem.IsLinux() && File.Exists(target) && Path.GetDirectoryName(target) == "/dev";

    private static string Describe(FileKind kind) => kind switch
    {
        FileKind.Pipe => "a pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };

    private static string FindOnWindows(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    private static string FollowLinks(string path)
    {
        var pending = new Stack<string>();
        Push(pending, Path.GetFullPath(path));
        var at = "/";
        var links = 0;
        while (pending.TryPop(out var name))
        {
            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? "/";
                continue;
            }

            var next = Path.Combine(at, name);
            if (name == "." || new FileInfo(next).LinkTarget is not { } link)
            {
                at = name == "." ? at : next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException($"cannot save to '{path}': more than {MaxLinks} links lead to it, or links that lead in a circle");
            }

            CheckMayFollow(path, at, next);
            at = Path.IsPathRooted(link) ? "/" : at;
            Push(pending, link);
        }

        // A path that ends so means a directory, whether there is one or not.
        return Path.EndsInDirectorySeparator(path) ? at + "/" : at;
    }

    private static void Push(Stack<string> pending, string path)
    {
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            pending.Push(name);
        }
    }

    private static void CheckMayFollow(string path, string folder, string link)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder) & EverybodysFolder) != EverybodysFolder)
        {
            return;
        }

        // Where the system does not say whose it is, it is somebody else's.
        if (FileStatus.Of(link) is not { } status || (status.Owner != FileStatus.CurrentUser && status.Owner != FileStatus.Of(folder)?.Owner))
        {
            throw new UnauthorizedAccessException(
                $"cannot save to '{path}': '{link}' is a link of another user in '{folder}', where everybody may write; save to the file that it leads to");
        }
    }
}
