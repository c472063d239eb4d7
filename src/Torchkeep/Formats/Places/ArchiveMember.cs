using Torchkeep.Formats.TorchTar;
using Torchkeep.Formats.TorchZip;
using Torchkeep.IO;

namespace Torchkeep.Formats.Places;

/// <summary>The bytes of a file in an archive, which is open as long as they are.</summary>
/// <param name="archive">The archive.</param>
/// <param name="member">The file's bytes in it.</param>
/// <param name="name">What messages call it.</param>
internal sealed class ArchiveMember(ByteSource archive, ByteSource member, string name) : DelegatingByteSource(member)
{
    public override string? Name => name;

    /// <summary>Opens a file of a zip or tar archive, gzip or xz around it or not. A mark in its name leads into an archive in the archive.</summary>
    /// <param name="archive">The archive, which is disposed with the member and also when it cannot be opened.</param>
    /// <param name="path">The member's name, and behind a mark that of one in it.</param>
    /// <param name="options">What the archive may ask for.</param>
    /// <exception cref="InvalidCheckpointException">It is no such archive, or has no such file.</exception>
    internal static ByteSource Open(ByteSource archive, string path, ReadOptions options)
    {
        try
        {
            var (unpacked, compression) = PackedFile.UnpackAsync(archive, options.Limits, async: false, CancellationToken.None, mustBeCheckpoint: false).Complete();
            if (compression is not null)
            {
                archive.Dispose();
                archive = unpacked;
            }

            var files = Files(archive, options);
            if (files(path) is { } member)
            {
                return new ArchiveMember(archive, member, $"{archive.Name}{FilePlace.MemberMark}{path}");
            }

            for (var at = path.IndexOf(FilePlace.MemberMark, StringComparison.Ordinal); at > 0; at = path.IndexOf(FilePlace.MemberMark, at + 1))
            {
                if (files(path[..at]) is { } inner)
                {
                    return Open(new ArchiveMember(archive, inner, $"{archive.Name}{FilePlace.MemberMark}{path[..at]}"), path[(at + 1)..], options);
                }
            }

            throw new InvalidCheckpointException($"the archive has no file '{path}'") { File = archive.Name };
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            archive.Dispose();
        }
    }

    // A tar file's folder may be spelled with a dot before it.
    private static Func<string, ByteSource?> Files(ByteSource archive, ReadOptions options)
    {
        var head = new byte[Math.Min(archive.Length, FormatTable.HeadSize)];
        archive.Read(0, head);
        if (new TorchZipFormat().Matches(head))
        {
            var records = ZipRecords.ReadAsync(archive, options, async: false, CancellationToken.None).Complete();
            return name => records.Has(name) ? records.Open(name) : null;
        }

        if (TarHeader.HasChecksum(head))
        {
            var members = TarMembers.ReadAsync(archive, options.Limits, async: false, CancellationToken.None).Complete();
            return name => members.GetValueOrDefault(name) ?? members.GetValueOrDefault($"./{name}");
        }

        var what = ForeignFile.IsKnown(head) ? $": it is {ForeignFile.What(head, archive)}" : "";
        throw new InvalidCheckpointException($"it is neither a zip nor a tar archive, so there is no file in it{what}") { File = archive.Name, IsForeign = true };
    }
}
