using Torchkeep.IO;

namespace Torchkeep.Formats.Places;

/// <summary>Opens what a path names: a file, a checkpoint that was unpacked into a folder, or a file in an archive.</summary>
internal static class FilePlace
{
    /// <summary>Between an archive and the name of a file in it.</summary>
    internal const char MemberMark = '!';

    /// <exception cref="InvalidCheckpointException">The path names a folder without a checkpoint, or an archive without the member.</exception>
    /// <exception cref="IOException">The operating system failed; a missing file is a <see cref="FileNotFoundException"/>.</exception>
    internal static ByteSource Open(string path, ReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            return OpenFile(FolderPlace.FindPickle(path), options);
        }

        return !File.Exists(path) && SplitMember(path) is var (archive, member) ? ArchiveMember.Open(OpenFile(archive, options), member, options) : OpenFile(path, options);
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
