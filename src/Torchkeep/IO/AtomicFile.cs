namespace Torchkeep.IO;

/// <summary>
/// A file that appears under its name whole or not at all: written beside the target, flushed, renamed over it.
/// Whoever has the old file open or mapped keeps the old bytes (docs/decisions/0006-saving.md).
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    private readonly string _path;
    private readonly string _target;
    private readonly string _folder;
    private readonly TemporaryFile _temporary;
    private bool _committed;

    internal AtomicFile(string path)
    {
        _path = path;
        _target = SaveTarget.Find(path);
        _folder = Path.GetDirectoryName(_target)!;
        if (!Directory.Exists(_folder))
        {
            throw new DirectoryNotFoundException($"cannot save to '{path}': there is no directory '{_folder}'");
        }

        // Bits that give a program the rights of its owner or group are no file's of data.
        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(_target) ? File.GetUnixFileMode(_target) & Permissions : null;
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
}
