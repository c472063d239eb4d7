namespace Torchkeep.Cli;

/// <summary>
/// The file that a verb is given. Standard input (<c>-</c>) and what else is no regular file, such as a pipe, is copied to a
/// temporary file first: a checkpoint is read at any place.
/// </summary>
internal sealed class InputFile : IDisposable
{
    internal const string StandardInput = "-";

    // A checkpoint that was unzipped has its records two folders deep.
    private static readonly EnumerationOptions _filesOfOne = new() { RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly CopiedInput? _copy;
    private readonly ReadOptions _options;

    private InputFile(string path, CopiedInput? copy, ReadOptions options)
    {
        _options = options;
        Path = path;
        _copy = copy;
    }

    /// <summary>The path as it was given.</summary>
    internal string Path { get; }

    /// <summary>The bytes of the file; of an index those of the index, of a file in an archive those of the archive, of a folder those of its weights, or of all its files where it is one checkpoint.</summary>
    internal long Length => _copy?.Length ?? LengthOf(Path);

    /// <exception cref="CommandException">It is a pipe that nobody writes into.</exception>
    internal static InputFile Find(string path, ReadOptions options)
    {
        if (path == StandardInput)
        {
            using var input = Console.OpenStandardInput();
            return new(path, CopiedInput.Of(input, path, options.Limits), options);
        }

        return new(path, CopiedInput.IsNeededFor(path) ? CopiedInput.Of(path, options.Limits) : null, options);
    }

    internal Checkpoint Open() => _copy is null ? Checkpoint.Open(Path, _options) : Checkpoint.Open(_copy, _options);

    internal IReadOnlyList<Checkpoint> OpenAll() => _copy is null ? Checkpoint.OpenAll(Path, _options) : Checkpoint.OpenAll(_copy, _options);

    internal VerificationReport Verify() => _copy is null ? CheckpointVerifier.Verify(Path, _options.Limits) : CheckpointVerifier.Verify(_copy, _options.Limits);

    internal ScanReport Scan(ScanOptions options) => _copy is null ? CheckpointScanner.Scan(Path, options) : CheckpointScanner.Scan(_copy, options);

    public void Dispose() => _copy?.Close();

    private static long LengthOf(string path)
    {
        if (Directory.Exists(path))
        {
            return InputFolder.Find(path)?.Weights?.Length ?? new DirectoryInfo(path).EnumerateFiles("*", _filesOfOne).Sum(file => file.Length);
        }

        for (var mark = path.IndexOf('!'); mark > 0 && !System.IO.Path.Exists(path); mark = path.IndexOf('!', mark + 1))
        {
            if (Directory.Exists(path[..mark]))
            {
                return LengthOf(System.IO.Path.Combine(path[..mark], path[(mark + 1)..]));
            }
        }

        // A link has a length of its own.
        while (!File.Exists(path) && path.LastIndexOf('!') is > 0 and var mark)
        {
            path = path[..mark];
        }

        return ((FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).Length;
    }
}
