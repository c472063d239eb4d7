using Torchkeep.Formats.Places;

namespace Torchkeep;

/// <summary>
/// What a training program or <c>save_pretrained</c> left in a folder: the weights that the folder's path opens, and all
/// that lies beside them. transformers, diffusers, PEFT, HF Trainer, accelerate, Lightning and the cache of Hugging Face
/// are known, by the names of their files alone; no file is opened.
/// </summary>
/// <remarks>
/// A folder without weights of its own that has one folder which such a program makes (<c>checkpoint-500</c>,
/// <c>lightning_logs</c>, <c>version_0</c>, <c>checkpoints</c>, <c>snapshots</c>) is gone into, at most five deep. Hidden
/// files are left out. docs/guides/folders.md has the table of names.
/// </remarks>
/// <example><code>
/// var folder = ModelFolder.Read("run/checkpoint-500");
/// using var weights = Checkpoint.Open(folder.Path);
/// using var optimizer = Checkpoint.Open(folder.Find(FolderRole.Optimizer)!.Path);
/// </code></example>
public sealed class ModelFolder
{
    internal ModelFolder(string path, IReadOnlyList<FolderPart> parts, FolderPart? weights, string? problem) =>
        (Path, Parts, Weights, Problem) = (path, parts, weights, problem);

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>What is in it, the weights first, then by role and name.</summary>
    public IReadOnlyList<FolderPart> Parts { get; }

    /// <summary>
    /// What the folder's path opens: the first that is there in the order in which the library itself looks
    /// (<c>model.safetensors</c>, its index, <c>pytorch_model.bin</c>, its index). Null where there are none, or several
    /// among which a choice would be a guess; <see cref="Problem"/> then says why and what to give.
    /// </summary>
    public FolderPart? Weights { get; }

    /// <summary>Why <see cref="Weights"/> is null, or null where it is not.</summary>
    public string? Problem { get; }

    /// <summary>Reads the names in a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnsupportedCheckpointException">It has more than 10,000 entries.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public static ModelFolder Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path) ? FolderReader.Read(path) : throw new DirectoryNotFoundException($"there is no folder '{path}'");
    }

    /// <summary>The first part of a role, such as the only optimizer, or null where there is none.</summary>
    /// <param name="role">The role.</param>
    public FolderPart? Find(FolderRole role) => Parts.FirstOrDefault(part => part.Role == role);
}
