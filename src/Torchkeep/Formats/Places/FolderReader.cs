using System.Text;
using System.Text.RegularExpressions;
using Torchkeep.IO;

namespace Torchkeep.Formats.Places;

/// <summary>Reads a folder and those that it is gone into, each by the one name that a training program gives it.</summary>
internal static partial class FolderReader
{
    private const int MaxDepth = 5;

    // huggingface_hub/file_download.py: a name of a commit, as text.
    private const int MaxCommit = 100;
    private const string Snapshots = "snapshots";

    internal static ModelFolder Read(string folder)
    {
        var parts = new List<FolderPart>();
        var (current, prefix) = (folder, "");
        for (var depth = 0; ; depth++)
        {
            var listed = FolderListing.Of(current, prefix);
            var (weights, problem) = WeightsChoice.Of(listed);
            var below = weights is null && problem is null ? Below(current, listed) : [];
            if (below is [var next] && depth < MaxDepth)
            {
                parts.AddRange(listed.Where(part => part.Role != FolderRole.Folder));
                (current, prefix) = (next.Path, $"{next.Name}/");
                continue;
            }

            parts.AddRange(listed);
            problem ??= weights is null ? FolderProblem.Of(current, listed, below) : null;
            return new(folder, [.. parts.OrderBy(part => part != weights).ThenBy(part => part.Role)], weights, problem);
        }
    }

    // Of the kinds of folder the first that is there; several of one kind are not chosen among.
    private static List<FolderPart> Below(string folder, List<FolderPart> listed)
    {
        List<FolderPart> folders = [.. listed.Where(part => part.Role == FolderRole.Folder && Step().IsMatch(Path.GetFileName(part.Path)))];
        if (folders.Find(part => Path.GetFileName(part.Path) == Snapshots) is { } snapshots)
        {
            var all = FolderListing.Of(snapshots.Path, $"{snapshots.Name}/").FindAll(part => part.Role == FolderRole.Folder);
            return all.Find(part => Path.GetFileName(part.Path) == MainCommit(folder)) is { } main ? [main] : all;
        }

        return folders;
    }

    // What the branch main of a model in the cache of Hugging Face is at.
    private static string? MainCommit(string folder)
    {
        var path = Path.Combine(folder, "refs", "main");
        if (!File.Exists(path))
        {
            return null;
        }

        using var file = new FileByteSource(path);
        var bytes = new byte[(int)Math.Min(file.Length, MaxCommit)];
        file.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes).Trim();
    }

    [GeneratedRegex("^(checkpoint[-_][0-9]+|lightning_logs|version_[0-9]+|checkpoints|snapshots)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Step();
}
