using Torchkeep.Formats.Places;
using Torchkeep.Formats.Scanning;
using Torchkeep.IO;
using Torchkeep.Torch.Risks;

namespace Torchkeep;

/// <summary>
/// Says what in a file would run if Python unpickled it: every name in every pickle, those in archives and in other
/// pickles too, and every trick with the container that makes readers see different files. The file is never executed to
/// find out, and nothing is looked up under a name.
/// </summary>
/// <remarks>
/// A clean report means that nothing was found, not that a model is good: Torchkeep says nothing of what a model computes,
/// nor of TorchScript. To load a file, Torchkeep itself and PyTorch's <c>weights_only=True</c> are safe without a scan.
/// </remarks>
public static class CheckpointScanner
{
    /// <summary>Scans a file. Reads all of it; allocates for its directory and, one at a time, for its pickles.</summary>
    /// <param name="path">
    /// The file, of any kind that <c>torch.load</c> or <c>pickle.load</c> would take, or the folder of one checkpoint that was
    /// unzipped. Of a folder with several files each is scanned by its own path.
    /// </param>
    /// <param name="options">What it may ask for and which names are trusted; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    /// <exception cref="InvalidCheckpointException">The file is of no such kind, so that nothing of it would be unpickled; or it is a folder with several files.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public static ScanReport Scan(string path, ScanOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (Directory.Exists(path) && !FolderPlace.IsUnpacked(path))
        {
            // A word about the weights alone would be taken for one about the folder.
            throw new InvalidCheckpointException("it is a directory with several files: scan each of them, as the command torchkeep scan does") { File = path, IsForeign = true };
        }

        using var source = FilePlace.Open(path, ReadOptions.Default with { Limits = (options ?? ScanOptions.Default).Limits });
        return Scan(source, options, cancellationToken);
    }

    /// <summary>As <see cref="Scan(string, ScanOptions?, CancellationToken)"/>, of any bytes.</summary>
    /// <param name="source">The bytes. They stay the caller's to dispose.</param>
    /// <param name="options">What they may ask for and which names are trusted; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    /// <exception cref="InvalidCheckpointException">As for <see cref="Scan(string, ScanOptions?, CancellationToken)"/>.</exception>
    public static ScanReport Scan(ByteSource source, ScanOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= ScanOptions.Default;
        return new FileScan(options.Limits, new AllowedNames(options.AllowedGlobals), cancellationToken).Run(GuardedByteSource.Of(source));
    }
}
