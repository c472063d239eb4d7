using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Torchkeep.IO;

/// <summary>
/// The file that a save writes beside its target. A save that is killed leaves it; the next save in that directory
/// removes it, which it tells from the name and from nobody holding the lock that a living writer has on it.
/// </summary>
internal sealed class TemporaryFile
{
    private const string Prefix = ".torchkeep-";
    private const string Suffix = ".tmp";
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int RandomLength = 16;

    // Somebody who removes strays may take a file in the moment between its birth and its lock.
    private const int MaxAttempts = 20;

    // Where locks do not work, nothing but time tells a stray from a file that is being written.
    private static readonly TimeSpan _unlockedAge = TimeSpan.FromDays(1);

    private static readonly SearchValues<char> _alphabet = SearchValues.Create(Alphabet);

    // Those that are being written, by path.
    private static readonly ConcurrentDictionary<string, bool> _living = new(StringComparer.Ordinal);

    private string _path;

    // A process that is asked to end, or that ends while a thread still saves, leaves none.
    static TemporaryFile() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var path in _living.Keys)
        {
            TryDelete(path);
        }
    };

    private TemporaryFile(string path, FileStream stream)
    {
        _path = path;
        Stream = stream;
        _living[path] = true;
    }

    internal FileStream Stream { get; }

    /// <summary>Makes an empty file with a name that no other has.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="mode">Its permissions, or null for those that new files have.</param>
    internal static TemporaryFile Create(string folder, UnixFileMode? mode)
    {
        for (var attempt = 1; ; attempt++)
        {
            // The target's name is no part of it: with anything added it could be longer than the system allows.
            var path = NewPath(folder);
            try
            {
                var file = new TemporaryFile(path, Open(path, mode));
                if (File.Exists(path))
                {
                    return file;
                }

                _living.TryRemove(path, out _);
                file.Stream.Dispose();
                throw new FileNotFoundException("a temporary file was removed as soon as it was made", path);
            }
            catch (IOException error) when (attempt < MaxAttempts && error is not (DirectoryNotFoundException or PathTooLongException))
            {
            }
        }
    }

    /// <summary>Removes what killed saves left in a directory. A failure to is no failure of the save.</summary>
    internal static void RemoveStrays(string folder, TemporaryFile living)
    {
        try
        {
            // The default leaves out hidden files, which on Unix these are.
            var options = new EnumerationOptions { AttributesToSkip = FileAttributes.Directory | FileAttributes.ReparsePoint, MatchType = MatchType.Simple };
            foreach (var path in Directory.EnumerateFiles(folder, Prefix + "*" + Suffix, options))
            {
                if (path != living._path && IsOurs(Path.GetFileName(path)))
                {
                    RemoveStray(path, living);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Takes the name of the target, while the lock is held: nobody takes the file for a stray in between.</summary>
    internal void MoveTo(string target)
    {
        try
        {
            File.Move(_path, target, overwrite: true);
        }
        catch (Exception error) when (OperatingSystem.IsWindows() && File.Exists(target) && error is IOException or UnauthorizedAccessException)
        {
            // Windows does not rename over a file that is open or mapped, but can move it out of the way. The name it
            // gets is a stray's, which a later save removes when its last reader has left.
            var aside = NewPath(Path.GetDirectoryName(target)!);
            File.Replace(_path, target, aside, ignoreMetadataErrors: true);
            TryDelete(aside);
        }

        _living.TryRemove(_path, out _);
        _path = target;
    }

    /// <summary>Closes and removes the file.</summary>
    internal void Remove()
    {
        try
        {
            // In a directory that was moved away, what cannot be removed by its old name is at least empty.
            Stream.SetLength(0);
        }
        catch (IOException)
        {
        }

        Stream.Dispose();
        TryDelete(_path);
        _living.TryRemove(_path, out _);
    }

    private static FileStream Open(string path, UnixFileMode? mode)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,

            // On Unix any sharing is a shared lock, which lets readers open the file as soon as it has its name.
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (mode is not { } wanted || OperatingSystem.IsWindows())
        {
            return new(path, options);
        }

        // Never more open than the old file; then exactly as open, which the umask may have prevented.
        options.UnixCreateMode = wanted;
        var stream = new FileStream(path, options);
        try
        {
            File.SetUnixFileMode(stream.SafeFileHandle, wanted);
            return stream;
        }
        catch
        {
            stream.Dispose();
            TryDelete(path);
            throw;
        }
    }

    private static string NewPath(string folder) =>
        Path.Combine(folder, Prefix + RandomNumberGenerator.GetString(Alphabet, RandomLength) + Suffix);

    // A name of this form is no user's. Links and directories of the form are not looked at.
    private static bool IsOurs(string name) =>
        name.Length == Prefix.Length + RandomLength + Suffix.Length
        && name.StartsWith(Prefix, StringComparison.Ordinal)
        && name.EndsWith(Suffix, StringComparison.Ordinal)
        && !name.AsSpan(Prefix.Length, RandomLength).ContainsAnyExcept(_alphabet);

    private static void RemoveStray(string path, TemporaryFile living)
    {
        try
        {
            if (!IsLocked(living._path))
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > _unlockedAge)
                {
                    File.Delete(path);
                }

                return;
            }

            // Opening a pipe for reading alone would wait for its writer, and a pipe has no length.
            var access = new FileInfo(path).Length > 0 ? FileAccess.Read : FileAccess.ReadWrite;

            // Deleted while it is held, so that its maker finds out (Create).
            using (OpenAlone(path, access))
            {
                File.Delete(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            OpenAlone(path, FileAccess.Read).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static FileStream OpenAlone(string path, FileAccess access) =>
        new(path, FileMode.Open, access, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, bufferSize: 0);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
