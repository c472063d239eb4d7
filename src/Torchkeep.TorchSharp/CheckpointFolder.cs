namespace Torchkeep;

/// <summary>
/// The checkpoints of one run in a folder: each is saved to a file of its own, and files that no rule keeps are deleted
/// once the new one is safely there. After a crash at any point <see cref="find_latest"/> says which file to resume from.
/// </summary>
/// <remarks>
/// Step and metric are in the files' names, <c>checkpoint-000000007-metric=0.25.pt</c>, and nowhere else, so nothing can
/// disagree with them. Files with other names are never touched. One process at a time saves under a prefix. Not for use
/// from several threads at once.
/// </remarks>
public sealed class CheckpointFolder
{
    private readonly string _path;
    private readonly FolderFiles _files;

    /// <summary>The checkpoints in a folder, which the first save makes.</summary>
    /// <param name="path">The folder.</param>
    public CheckpointFolder(string path)
        : this(path, new())
    {
    }

    internal CheckpointFolder(string path, FolderFiles files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _files = files;
    }

    /// <summary>What the files' names start with, so that several runs can share a folder. Default: <c>checkpoint</c>.</summary>
    /// <exception cref="ArgumentException">It is empty or is no part of a file's name.</exception>
    public string prefix
    {
        get;
        init => field = value.Length > 0 && value.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) < 0
            ? value
            : throw new ArgumentException($"'{value}' cannot start the name of a file", nameof(value));
    } = "checkpoint";

    /// <summary>How many of the last steps are kept; at least 1. Default: 2, so that a damaged file has one before it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int keep_last
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "the last checkpoint is always kept");
    } = 2;

    /// <summary>How many of those with the best metric are kept besides. Default: 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int keep_best
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "cannot keep fewer than none");
    }

    /// <summary>Every step that this divides is kept besides; 0 for none. Default: 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long keep_every
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "cannot keep every so many of fewer than none");
    }

    /// <summary>Whether a larger metric is better, as for an accuracy. Default: false, as for a loss. NaN is never good.</summary>
    public bool higher_is_better { get; init; }

    /// <summary>
    /// Saves a checkpoint and then deletes those that no rule keeps. A file of the same step is replaced. When the save
    /// fails, nothing is deleted; when the process dies, whatever was kept before is there, or what is kept now. A file that
    /// the operating system does not let go is deleted with a later save.
    /// </summary>
    /// <param name="obj">As for <c>torch.save_checkpoint</c>.</param>
    /// <param name="step">The epoch or iteration; 0 or more.</param>
    /// <param name="metric">How good it is; needed where <see cref="keep_best"/> is not 0.</param>
    /// <param name="options">How it is written; null for the defaults, which flush it to the disk.</param>
    /// <param name="progress">Told how far the save has come; called on this thread.</param>
    /// <param name="cancellationToken">Stops the save; nothing is deleted then.</param>
    /// <returns>The new file.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    /// <exception cref="ArgumentException">There is no metric though the best are to be kept.</exception>
    /// <exception cref="NotSupportedException">A value has no counterpart in a checkpoint; the message names its type.</exception>
    /// <exception cref="CheckpointException">As for <see cref="Checkpoint.Save(PyValue, string, WriteOptions?, IProgress{SaveProgress}?, CancellationToken)"/>.</exception>
    /// <exception cref="IOException">The operating system failed to write the file.</exception>
    public string save(
        object? obj, long step, double? metric = null, WriteOptions? options = null, IProgress<SaveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (keep_best > 0 && metric is null)
        {
            throw new ArgumentException($"the {keep_best} best are to be kept, so each needs a metric", nameof(metric));
        }

        _files.CreateFolder(_path);
        var path = Path.Combine(_path, FolderEntry.FileName(prefix, step, metric));
        using (var encoder = new ValueEncoder())
        {
            _files.Save(encoder.Encode(obj), path, options, progress, cancellationToken);
        }

        foreach (var superfluous in Superfluous(path, step))
        {
            TryDelete(superfluous);
        }

        return path;
    }

    // The checkpoint is safe; training should not end for a file that is still open somewhere.
    private void TryDelete(string path)
    {
        try
        {
            _files.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>
    /// The last step whose file is whole: it opens, and all of its bytes match their checksums, for which they are read.
    /// Null where there is no checkpoint at all.
    /// </summary>
    /// <exception cref="InvalidDataException">There are checkpoints, and none is whole; the message says what is wrong with each.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public FolderCheckpoint? find_latest() => FirstWhole(Latest(Entries()));

    /// <summary>The one with the best metric whose file is whole. Null where no checkpoint has a metric.</summary>
    /// <exception cref="InvalidDataException">There are some with a metric, and none is whole; the message says what is wrong with each.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public FolderCheckpoint? find_best() => FirstWhole(Best(Entries()));

    // The oldest go first, so that what a crash leaves is what a slower run would have had.
    private List<string> Superfluous(string saved, long step)
    {
        var entries = Entries();
        entries.RemoveAll(entry => entry.Step == step && entry.Path != saved);
        var kept = Latest(entries).Take(keep_last).Concat(Best(entries).Take(keep_best)).Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        kept.Add(saved);
        return
        [
            .. Entries()
                .Where(entry => !kept.Contains(entry.Path) && (entry.Step == step || keep_every == 0 || entry.Step % keep_every != 0))
                .OrderBy(entry => entry.Step)
                .Select(entry => entry.Path),
        ];
    }

    private List<FolderEntry> Entries() => Directory.Exists(_path)
        ? [.. Directory.EnumerateFiles(_path).Select(path => FolderEntry.Parse(prefix, path)).OfType<FolderEntry>()]
        : [];

    // A step has two files if a crash came between its saving anew and the deletion of the old one.
    private static IEnumerable<FolderEntry> Latest(IEnumerable<FolderEntry> entries) =>
        entries.OrderByDescending(entry => entry.Step).ThenByDescending(entry => File.GetLastWriteTimeUtc(entry.Path));

    private IEnumerable<FolderEntry> Best(IEnumerable<FolderEntry> entries) =>
        entries.Where(entry => entry.Metric is not (null or double.NaN))
            .OrderBy(entry => higher_is_better ? -entry.Metric : entry.Metric)
            .ThenByDescending(entry => entry.Step);

    private static FolderCheckpoint? FirstWhole(IEnumerable<FolderEntry> entries)
    {
        List<(string Path, string Reason)> passedOver = [];
        foreach (var entry in entries)
        {
            try
            {
                using var checkpoint = Checkpoint.Open(entry.Path);
                TensorView.VerifyAll(checkpoint.Tensors.Select(tensor => tensor.View));
                return new(entry.Path, entry.Step, entry.Metric, passedOver);
            }
            catch (CheckpointException error)
            {
                passedOver.Add((entry.Path, error.Message));
            }
        }

        return passedOver.Count == 0
            ? null
            : throw new InvalidDataException(
                $"none of the checkpoints is whole:\n\t{string.Join("\n\t", passedOver.Select(passed => SafeText.Escape($"{passed.Path}: {passed.Reason}")))}");
    }
}
