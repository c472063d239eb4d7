namespace Torchkeep.Cli;

/// <summary>
/// The file that a verb is given. Standard input (<c>-</c>) and what else is no regular file, such as a pipe, is copied to a
/// temporary file first: a checkpoint is read at any place.
/// </summary>
internal sealed class InputFile : IDisposable
{
    internal const string StandardInput = "-";

    private readonly CopiedInput? _copy;

    private InputFile(string path, CopiedInput? copy)
    {
        Path = path;
        _copy = copy;
    }

    /// <summary>The path as it was given.</summary>
    internal string Path { get; }

    /// <summary>The bytes of the file; of an index those of the index.</summary>
    internal long Length => _copy?.Length ?? new FileInfo(Path).Length;

    /// <exception cref="CommandException">It is a directory, or a pipe that nobody writes into.</exception>
    internal static InputFile Find(string path)
    {
        if (path == StandardInput)
        {
            using var input = Console.OpenStandardInput();
            return new(path, CopiedInput.Of(input, path));
        }

        if (Directory.Exists(path))
        {
            throw new CommandException($"'{path}' is a directory");
        }

        return new(path, CopiedInput.IsNeededFor(path) ? CopiedInput.Of(path) : null);
    }

    internal Checkpoint Open() => _copy is null ? Checkpoint.Open(Path) : Checkpoint.Open(_copy);

    internal IReadOnlyList<Checkpoint> OpenAll() => _copy is null ? Checkpoint.OpenAll(Path) : Checkpoint.OpenAll(_copy);

    internal VerificationReport Verify() => _copy is null ? CheckpointVerifier.Verify(Path) : CheckpointVerifier.Verify(_copy);

    internal ScanReport Scan(ScanOptions options) => _copy is null ? CheckpointScanner.Scan(Path, options) : CheckpointScanner.Scan(_copy, options);

    public void Dispose() => _copy?.Close();
}
