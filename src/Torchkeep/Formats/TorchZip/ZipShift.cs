using System.Buffers.Binary;
using Torchkeep.IO;

namespace Torchkeep.Formats.TorchZip;

/// <summary>Why the end of an archive lies further back than it says.</summary>
internal static class ZipShift
{
    private const int MaxLooked = 1 << 16;

    /// <summary>The reason and what to do, or nothing where none is seen.</summary>
    /// <param name="source">The file.</param>
    /// <param name="shift">How much further back.</param>
    /// <param name="async">Whether to wait without blocking.</param>
    /// <param name="cancellationToken">Stops the look.</param>
    internal static async ValueTask<string> DescribeAsync(ByteSource source, long shift, bool async, CancellationToken cancellationToken)
    {
        var start = new byte[(int)Math.Min(sizeof(uint), Math.Max(0, source.Length - shift))];
        await source.ReadAsync(shift, start, async, cancellationToken).ConfigureAwait(false);
        if (BinaryPrimitives.TryReadUInt32LittleEndian(start, out var signature) && signature == ZipFields.LocalSignature)
        {
            return $": archives stand one after another, and the last begins at {shift}. {nameof(Checkpoint)}.{nameof(Checkpoint.OpenAll)} opens all of them";
        }

        var bytes = new byte[(int)Math.Min(source.Length, MaxLooked)];
        await source.ReadAsync(0, bytes, async, cancellationToken).ConfigureAwait(false);
        return HasWindowsLines(bytes)
            ? ": each line feed has a carriage return before it, as when the file was copied as text. Copy it again as binary"
            : ": the file is longer than it was when it was written";
    }

    // Among the bytes of an archive a line feed that stands alone is never far.
    private static bool HasWindowsLines(ReadOnlySpan<byte> bytes)
    {
        var lines = bytes.Count((byte)'\n');
        return lines > 0 && lines == bytes.Count("\r\n"u8);
    }
}
