namespace Torchkeep.TorchSharp.Tests.Training;

/// <summary>
/// Files of a process that dies at a given point: before or after an operation, or, of a save, with a part of the temporary
/// file written or with all of it and not renamed.
/// </summary>
internal sealed class CrashingFiles(int operation, CrashPoint point) : FolderFiles
{
    private int _done;

    internal sealed class CrashException : Exception;

    /// <summary>What was done, for a test that looks at the order.</summary>
    internal List<string> Log { get; } = [];

    internal override void CreateFolder(string path) => At(() => base.CreateFolder(path), "create", path, isSave: false);

    internal override void Save(PyValue root, string path, WriteOptions? options, IProgress<SaveProgress>? progress, CancellationToken cancellationToken)
    {
        if (_done == operation && point is CrashPoint.HalfWritten or CrashPoint.NotRenamed)
        {
            var stream = new MemoryStream();
            Checkpoint.Save(root, stream, options, progress, cancellationToken);
            var written = stream.ToArray();
            File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(path)!, ".torchkeep-left"), written[..(point == CrashPoint.NotRenamed ? written.Length : written.Length / 2)]);
        }

        At(() => base.Save(root, path, options, progress, cancellationToken), "save", path, isSave: true);
    }

    internal override void Delete(string path) => At(() => base.Delete(path), "delete", path, isSave: false);

    private void At(Action act, string verb, string path, bool isSave)
    {
        var dies = _done++ == operation;
        if (dies && (point == CrashPoint.Before || (isSave && point is CrashPoint.HalfWritten or CrashPoint.NotRenamed)))
        {
            throw new CrashException();
        }

        act();
        Log.Add($"{verb} {Path.GetFileName(path)}");
        if (dies)
        {
            throw new CrashException();
        }
    }
}
