namespace Torchkeep.Cli.Scanning;

/// <summary>What came of the files and folders of a command line.</summary>
/// <param name="Files">Each file, in the order given; those of a folder by their names.</param>
/// <param name="Folders">Each folder.</param>
internal sealed record ScannedPaths(IReadOnlyList<FileOutcome<ScanReport>> Files, IReadOnlyList<ScannedFolder> Folders)
{
    internal static ScannedPaths Of(IEnumerable<string> paths, ScanOptions options)
    {
        var files = new List<FileOutcome<ScanReport>>();
        var folders = new List<ScannedFolder>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                folders.Add(ScanFolder(path, options, files));
            }
            else
            {
                files.Add(FileLoop.Try(path, options.Limits, input => input.Scan(options)));
            }
        }

        return new(files, folders);
    }

    private static ScannedFolder ScanFolder(string folder, ScanOptions options, List<FileOutcome<ScanReport>> files)
    {
        var (scanned, skipped) = (0, 0);
        foreach (var found in FolderWalk.Of(folder))
        {
            if (found.Error is not null)
            {
                files.Add(new(found.Path, null, found.Error));
                continue;
            }

            try
            {
                files.Add(new(found.Path, CheckpointScanner.Scan(found.Path, options), null));
                scanned++;
            }
            catch (InvalidCheckpointException)
            {
                skipped++;
            }
            catch (Exception error) when (error is CheckpointException or IOException or UnauthorizedAccessException)
            {
                files.Add(new(found.Path, null, CommandWords.Of(error.Message)));
            }
        }

        return new(folder, scanned, skipped);
    }
}
