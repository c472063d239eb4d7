namespace Torchkeep;

/// <summary>A file or folder in a <see cref="ModelFolder"/>.</summary>
/// <param name="Name">Its path from the folder on, with <c>/</c> between the names: <c>optimizer.pt</c>, <c>checkpoints/last.ckpt</c>.</param>
/// <param name="Path">Its whole path, for <see cref="Checkpoint.Open(string, ReadOptions?)"/>.</param>
/// <param name="Role">What it is, by its name alone.</param>
/// <param name="Length">Its bytes, of a symbolic link those of the file that it leads to; 0 of a folder, and of a link that leads nowhere.</param>
public sealed record FolderPart(string Name, string Path, FolderRole Role, long Length)
{
    /// <summary>Whether it should be a checkpoint, which <see cref="Checkpoint.Open(string, ReadOptions?)"/> opens: by its role, without a look at its bytes.</summary>
    public bool IsCheckpoint => Role is not (FolderRole.TrainerState or FolderRole.Settings or FolderRole.Folder or FolderRole.Other);
}
