using Torchkeep.Formats;
using Torchkeep.Formats.Places;
using Torchkeep.IO;

namespace Torchkeep;

/// <summary>
/// Says whether a file is whole: every byte is read, every checksum and header checked, and every size, stride and
/// reference of its tensors. Nothing in the file is executed.
/// </summary>
/// <remarks>
/// A checksum finds damage, not forgery: whoever made the file made the checksum. Where the container has none,
/// <see cref="VerificationReport.UncheckedBytes"/> says how much cannot be told.
/// </remarks>
public static class CheckpointVerifier
{
    /// <summary>Verifies a file. Memory: its directory, its pickle and a buffer of 1 MiB.</summary>
    /// <param name="path">The file, or a folder, of which what its path opens is verified (<see cref="ModelFolder.Weights"/>).</param>
    /// <param name="limits">What it may ask for; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="CheckpointException">The file is no checkpoint, or of a kind that is not read, so that there is nothing to verify.</exception>
    /// <exception cref="IOException">The operating system failed.</exception>
    public static VerificationReport Verify(string path, ReadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        using var source = FilePlace.Open(path, ReadOptions.Default with { Limits = limits ?? ReadLimits.Default });
        return Verify(source, limits, cancellationToken);
    }

    /// <summary>As <see cref="Verify(string, ReadLimits?, CancellationToken)"/>, of any bytes.</summary>
    /// <param name="source">The bytes. They stay the caller's to dispose.</param>
    /// <param name="limits">What they may ask for; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="CheckpointException">As for <see cref="Verify(string, ReadLimits?, CancellationToken)"/>.</exception>
    public static VerificationReport Verify(ByteSource source, ReadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        source = GuardedByteSource.Of(source);
        limits ??= ReadLimits.Default;
        var (unpacked, compression) = PackedFile.UnpackAsync(source, limits, async: false, cancellationToken).Complete();
        using (compression is null ? null : unpacked)
        {
            return FileCheck.Of(unpacked, limits, cancellationToken).ToReport();
        }
    }
}
