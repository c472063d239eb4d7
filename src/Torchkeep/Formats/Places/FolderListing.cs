using System.Text.RegularExpressions;

namespace Torchkeep.Formats.Places;

/// <summary>The names in one folder, without the hidden ones.</summary>
internal static partial class FolderListing
{
    private const int MaxEntries = 10_000;

    /// <param name="folder">The folder.</param>
    /// <param name="prefix">Put before the names.</param>
    /// <exception cref="UnsupportedCheckpointException">There are too many.</exception>
    internal static List<FolderPart> Of(string folder, string prefix)
    {
        var parts = new List<FolderPart>();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry.Name.StartsWith('.'))
            {
                continue;
            }

            if (parts.Count == MaxEntries)
            {
                throw new UnsupportedCheckpointException($"the folder has more than {MaxEntries} entries: give the path of a file in it") { File = folder };
            }

            var path = Path.Combine(folder, entry.Name);
            var role = Directory.Exists(path) ? FolderRole.Folder : FolderNames.RoleOf(entry.Name);
            parts.Add(new(prefix + entry.Name, path, role, role == FolderRole.Folder ? 0 : LengthOf(path) ?? 0));
        }

        return [.. parts.OrderBy(part => SortKey(part.Name), StringComparer.Ordinal)];
    }

    /// <summary>A name with its numbers in one width, so that 9 comes before 10.</summary>
    private static string SortKey(string name) => Digits().Replace(name, digits => digits.Value.PadLeft(20, '0'));

    /// <summary>The bytes of a file, of a link those of what it leads to, or null where that is not there.</summary>
    internal static long? LengthOf(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            return target is { Exists: true } ? target.Length : null;
        }
        catch (IOException)
        {
            // Links that lead to one another.
            return null;
        }
    }

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
