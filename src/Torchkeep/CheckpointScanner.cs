using Torchkeep.Formats.Places;
using Torchkeep.Formats.Scanning;
using Torchkeep.IO;

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
    /// <param name="path">The file, of any kind that <c>torch.load</c> or <c>pickle.load</c> would take.</param>
    /// <param name="limits">What it may ask for; null for the defaults. What passes one is a finding.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    /// <exception cref="InvalidCheckpointException">The file is of no such kind, so that nothing of it would be unpickled.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public static ScanReport Scan(string path, ReadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        using var source = FilePlace.Open(path, ReadOptions.Default with { Limits = limits ?? ReadLimits.Default });
        return Scan(source, limits, cancellationToken);
    }

    /// <summary>As <see cref="Scan(string, ReadLimits?, CancellationToken)"/>, of any bytes.</summary>
    /// <param name="source">The bytes. They stay the caller's to dispose.</param>
    /// <param name="limits">What they may ask for; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    /// <exception cref="InvalidCheckpointException">As for <see cref="Scan(string, ReadLimits?, CancellationToken)"/>.</exception>
    public static ScanReport Scan(ByteSource source, ReadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= ReadLimits.Default;
        var (unpacked, compression) = PackedFile.UnpackAsync(source, limits, async: false, cancellationToken).Complete();
        using (compression is null ? null : unpacked)
        {
            return new FileScan(limits, cancellationToken).Run(unpacked);
        }
    }
}
