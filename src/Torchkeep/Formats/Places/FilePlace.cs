using Torchkeep.Formats.Sharded;
using Torchkeep.IO;

namespace Torchkeep.Formats.Places;

/// <summary>Opens what a path names: a file, what a folder's path means, or a file in an archive or a folder.</summary>
internal static class FilePlace
{
    /// <summary>Between an archive or a folder and the name of a file in it.</summary>
    internal const char MemberMark = '!';

    /// <exception cref="InvalidCheckpointException">The path names a folder without a checkpoint or with several, or an archive without the member.</exception>
    /// <exception cref="IOException">The operating system failed; a missing file is a <see cref="FileNotFoundException"/>.</exception>
    internal static ByteSource Open(string path, ReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        path = InFolder(path);
        if (Directory.Exists(path))
        {
            return OpenFile(FolderPlace.FindFile(path), options);
        }

        return !File.Exists(path) && SplitMember(path) is var (archive, member) ? ArchiveMember.Open(OpenFile(archive, options), member, options) : OpenFile(path, options);
    }

    // A folder before a mark is the part of the path that it is of any other; nothing behind the mark leads out of it.
    private static string InFolder(string path)
    {
        for (var at = path.IndexOf(MemberMark, StringComparison.Ordinal); at > 0 && !Path.Exists(path); at = path.IndexOf(MemberMark, at + 1))
        {
            var name = path[(at + 1)..];
            if (Directory.Exists(path[..at]))
            {
                return ShardIndex.IsInside(name)
                    ? Path.Combine(path[..at], name)
                    : throw new InvalidCheckpointException($"'{name}' names no file in the folder: give its path from there on, without '..'") { File = path[..at] };
            }
        }

        return path;
    }

    private static ByteSource OpenFile(string path, ReadOptions options) => options.MemoryMap ? new MappedByteSource(path) : new FileByteSource(path);

    // The archive is the shortest part before a mark that is a file; a name in it may have marks too.
    private static (string Archive, string Member)? SplitMember(string path)
    {
        for (var at = path.IndexOf(MemberMark, StringComparison.Ordinal); at > 0; at = path.IndexOf(MemberMark, at + 1))
        {
            if (File.Exists(path[..at]))
            {
                return (path[..at], path[(at + 1)..]);
            }
        }

        return null;
    }
}
