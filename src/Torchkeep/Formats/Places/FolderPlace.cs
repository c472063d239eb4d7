using Torchkeep.Formats.TorchZip;

namespace Torchkeep.Formats.Places;

/// <summary>The file that the path of a folder means: the pickle of a checkpoint that somebody unzipped, or the weights of a model.</summary>
internal static class FolderPlace
{
    /// <exception cref="InvalidCheckpointException">There is none, or several; the message says what the folder holds and what to give.</exception>
    internal static string FindFile(string folder)
    {
        var (file, problem) = Find(folder);
        return file ?? throw new InvalidCheckpointException($"this is no PyTorch checkpoint by itself: it is {problem}") { File = folder, IsForeign = true };
    }

    /// <summary>Whether a folder is one checkpoint that was unzipped, rather than several files of which each stands for itself.</summary>
    internal static bool IsUnpacked(string folder) => Path.GetFileName(Find(folder).File) == TorchZipConstants.PickleRecord;

    private static (string? File, string? Problem) Find(string folder)
    {
        var pickle = Path.Combine(folder, TorchZipConstants.PickleRecord);
        if (File.Exists(pickle))
        {
            return (pickle, null);
        }

        var read = FolderReader.Read(folder);
        if (read.Weights is { } weights)
        {
            return (weights.Path, null);
        }

        // Archives of torch.save have one folder at their top.
        List<string> below = [.. read.Parts.Where(part => part.Role == FolderRole.Folder).Select(part => Path.Combine(part.Path, TorchZipConstants.PickleRecord)).Where(File.Exists)];
        return below is [var only] ? (only, null) : (null, read.Problem);
    }
}
