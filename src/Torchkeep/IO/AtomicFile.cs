namespace Torchkeep.IO;

/// <summary>
/// A file that appears under its name whole or not at all: written beside the target, flushed, renamed over it.
/// Whoever has the old file open or mapped keeps the old bytes (docs/decisions/0006-saving.md).
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _target;
    private readonly string _folder;
    private readonly TemporaryFile _temporary;
    private bool _committed;

    internal AtomicFile(string path)
    {
        _path = path;
        _target = FindTarget(path);
        _folder = Path.GetDirectoryName(_target)!;
        if (!Directory.Exists(_folder))
        {
            throw new DirectoryNotFoundException($"cannot save to '{path}': there is no directory '{_folder}'");
        }

        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(_target) ? File.GetUnixFileMode(_target) : null;
        _temporary = TemporaryFile.Create(_folder, mode);
        TemporaryFile.RemoveStrays(_folder, _temporary);
    }

    internal FileStream Stream => _temporary.Stream;

    internal void Commit(bool flushToDisk)
    {
        Stream.Flush(flushToDisk);
        try
        {
            _temporary.MoveTo(_target);
        }
        catch (IOException error) when (!Directory.Exists(_folder))
        {
            throw new DirectoryNotFoundException($"cannot save to '{_path}': the directory '{_folder}' is gone", error);
        }

        _committed = true;
        if (flushToDisk)
        {
            DirectoryFlush.Flush(_folder);
        }
    }

    public void Dispose()
    {
        if (_committed)
        {
            Stream.Dispose();
        }
        else
        {
            _temporary.Remove();
        }
    }

    private static string FindTarget(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UnauthorizedAccessException($"cannot save to '{path}': it is a directory");
        }

        // A link stays a link: what it points to is replaced.
        var file = new FileInfo(path);
        var target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;

        // Renaming over a device would leave a plain file in its place, for the whole system.
        if (!OperatingSystem.IsWindows() && File.Exists(target) && (Path.GetDirectoryName(target) == "/dev" || target.StartsWith("/proc/", StringComparison.Ordinal)))
        {
            throw new UnauthorizedAccessException($"cannot save to '{path}': it is a device; open it and save to the stream");
        }

        return target;
    }
}
