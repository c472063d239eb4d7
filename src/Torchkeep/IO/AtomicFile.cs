namespace Torchkeep.IO;

/// <summary>
/// A file that appears under its name whole or not at all: written beside the target, flushed, renamed over it.
/// Whoever has the old file open or mapped keeps the old bytes.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string _target;
    private readonly string _temporary;
    private bool _committed;

    internal AtomicFile(string path)
    {
        _target = FindTarget(path);
        var folder = Path.GetDirectoryName(_target)!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"cannot save to '{path}': there is no directory '{folder}'");
        }

        // The target's name is no part of it: with anything added it could be longer than the system allows.
        _temporary = Path.Combine(folder, $".torchkeep-{Path.GetRandomFileName()}");
        Stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            if (!OperatingSystem.IsWindows() && File.Exists(_target))
            {
                File.SetUnixFileMode(Stream.SafeFileHandle, File.GetUnixFileMode(_target));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal FileStream Stream { get; }

    /// <summary>Closes the written file, which has its name only after <see cref="Commit"/>.</summary>
    internal void Finish(bool flushToDisk)
    {
        Stream.Flush(flushToDisk);
        Stream.Dispose();
    }

    internal void Commit(bool flushToDisk)
    {
        if (Stream.CanWrite)
        {
            Finish(flushToDisk);
        }

        File.Move(_temporary, _target, overwrite: true);
        _committed = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed)
        {
            File.Delete(_temporary);
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
