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
        // A link stays a link: what it points to is replaced.
        _target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        if (Directory.Exists(_target))
        {
            throw new UnauthorizedAccessException($"cannot save to '{path}': it is a directory");
        }

        _temporary = Path.Combine(Path.GetDirectoryName(_target)!, $".{Path.GetFileName(_target)}.{Path.GetRandomFileName()}");
        Stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        if (!OperatingSystem.IsWindows() && File.Exists(_target))
        {
            File.SetUnixFileMode(Stream.SafeFileHandle, File.GetUnixFileMode(_target));
        }
    }

    internal FileStream Stream { get; }

    internal void Commit(bool flushToDisk)
    {
        Stream.Flush(flushToDisk);
        Stream.Dispose();
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
}
