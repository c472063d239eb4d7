namespace Torchkeep;

/// <summary>What a <see cref="CheckpointFolder"/> does to files, so that a test can stop at each point.</summary>
internal class FolderFiles
{
    internal virtual void CreateFolder(string path) => Directory.CreateDirectory(path);

    internal virtual void Save(PyValue root, string path, WriteOptions? options, IProgress<SaveProgress>? progress, CancellationToken cancellationToken) =>
        Checkpoint.Save(root, path, options, progress, cancellationToken);

    internal virtual void Delete(string path) => File.Delete(path);
}
