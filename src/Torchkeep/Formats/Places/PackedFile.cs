using System.IO.Compression;
using Torchkeep.IO;
using Torchkeep.IO.Xz;

namespace Torchkeep.Formats.Places;

/// <summary>
/// A file that was compressed as a whole around a checkpoint: by gzip (RFC 1952), by xz, or by joblib with zlib (RFC 1950). It
/// is unpacked into a temporary file, since no byte of it can be read without those before. Their own checksums are checked.
/// </summary>
internal static class PackedFile
{
    private const string Gzip = "gzip";
    private const string Zlib = "zlib";
    private const string Xz = "xz";

    private const int BufferSize = 1 << 20;

    // ID1, ID2, and deflate, which is the only method.
    private static readonly byte[] _gzipStart = [0x1f, 0x8b, 8];

    internal static bool IsGzip(ReadOnlySpan<byte> head) => head.StartsWith(_gzipStart);

    /// <summary>A window of 32 KiB, no dictionary, and how hard it was compressed, with a check on the two bytes.</summary>
    internal static bool IsZlib(ReadOnlySpan<byte> head) => head is [0x78, 0x01 or 0x5e or 0x9c or 0xda, ..];

    /// <summary>How a file is packed that starts like this, or null where it is not, or is of a kind that is told by its start.</summary>
    internal static string? CompressionOf(ReadOnlySpan<byte> head)
    {
        var compression = IsGzip(head) ? Gzip : XzStream.Begins(head) ? Xz : IsZlib(head) ? Zlib : null;

        // Two bytes may be those of a length.
        return compression is null || FormatTable.Find(head) is not null ? null : compression;
    }

    /// <summary>The bytes inside, whose disposal is the caller's, and how they were packed; or the source itself and null.</summary>
    /// <exception cref="InvalidCheckpointException">There is no checkpoint inside, or the bytes are damaged.</exception>
    /// <exception cref="UnsupportedCheckpointException">More than <see cref="ReadLimits.MaxUnpackedBytes"/> come out.</exception>
    internal static async ValueTask<(ByteSource Source, string? Compression)> UnpackAsync(
        ByteSource source, ReadLimits limits, bool async, CancellationToken cancellationToken, bool mustBeCheckpoint = true)
    {
        var head = new byte[(int)Math.Min(source.Length, FormatTable.HeadSize)];
        await source.ReadAsync(0, head, async, cancellationToken).ConfigureAwait(false);
        return CompressionOf(head) is { } compression
            ? (await InflateAsync(source, compression, limits, mustBeCheckpoint, async, cancellationToken).ConfigureAwait(false), compression)
            : (source, null);
    }

    /// <summary>The bytes inside of a file that is packed, whose disposal is the caller's.</summary>
    internal static async ValueTask<ByteSource> InflateAsync(ByteSource source, string compression, ReadLimits limits, bool mustBeCheckpoint, bool async, CancellationToken cancellationToken)
    {
        var spool = SpoolFile.Create();
        try
        {
            var packed = new ByteSourceStream(source);
            using Stream inflater = compression switch
            {
                Gzip => new GZipStream(packed, CompressionMode.Decompress),
                Xz => new XzStream(packed),
                _ => new ZLibStream(packed, CompressionMode.Decompress),
            };
            var buffer = new byte[BufferSize];
            var head = buffer.AsMemory(0, FormatTable.HeadSize);
            var count = async
                ? await inflater.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
                : inflater.ReadAtLeast(head.Span, head.Length, throwOnEndOfStream: false);

            // What is none is not unpacked to the end.
            if (mustBeCheckpoint)
            {
                CheckKind(buffer.AsSpan(0, count), source, compression);
            }

            for (long total = count; count > 0; total += count)
            {
                if (total > limits.MaxUnpackedBytes)
                {
                    throw new UnsupportedCheckpointException(
                        $"the {compression} file unpacks to more than the limit of {limits.MaxUnpackedBytes} bytes ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxUnpackedBytes)})")
                    {
                        File = source.Name,
                    };
                }

                spool.Write(buffer.AsSpan(0, count));
                cancellationToken.ThrowIfCancellationRequested();
                count = async ? await inflater.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) : inflater.Read(buffer);
            }

            spool.Position = 0;
            return new StreamByteSource(spool, leaveOpen: false, source.Name);
        }
        catch (UnsupportedCheckpointException error) when (error.File is null)
        {
            spool.Dispose();
            throw new UnsupportedCheckpointException(error.Problem) { File = source.Name };
        }
        catch (InvalidDataException error)
        {
            spool.Dispose();
            throw new InvalidCheckpointException($"the {compression} file is damaged or was cut off: its bytes do not unpack", error) { File = source.Name };
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private static void CheckKind(ReadOnlySpan<byte> head, ByteSource source, string compression)
    {
        try
        {
            FormatTable.Detect(head, new MemoryByteSource(head.ToArray()));
        }
        catch (InvalidCheckpointException error)
        {
            throw new InvalidCheckpointException($"this is no PyTorch checkpoint: it is a {compression} file: unpack it first to see what is in it. Of its first bytes: {error.Problem}")
            {
                File = source.Name,
                Offset = 0,
                IsForeign = true,
            };
        }
    }
}
