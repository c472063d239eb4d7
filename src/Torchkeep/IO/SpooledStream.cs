namespace Torchkeep.IO;

/// <summary>
/// Makes a stream that cannot seek readable at any offset, by way of a temporary file that vanishes when it is closed:
/// a network stream may be larger than memory.
/// </summary>
internal static class SpooledStream
{
    private const int BufferSize = 1 << 20;

    internal static async ValueTask<ByteSource> ToSourceAsync(Stream stream, bool leaveOpen, ReadLimits limits, bool async, CancellationToken cancellationToken)
    {
        FileStream? spool = null;
        try
        {
            spool = SpoolFile.Create();
            var buffer = new byte[BufferSize];
            while (await ReadAsync(stream, buffer, async, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                if (spool.Position + count > limits.MaxSpooledBytes)
                {
                    throw new UnsupportedCheckpointException(
                        $"the stream has more than {limits.MaxSpooledBytes} bytes ({nameof(ReadLimits)}.{nameof(ReadLimits.MaxSpooledBytes)}): save it to a file and open that");
                }

                spool.Write(buffer.AsSpan(0, count));
            }

            spool.Position = 0;
            return new StreamByteSource(spool, leaveOpen: false);
        }
        catch
        {
            spool?.Dispose();
            throw;
        }
        finally
        {
            if (!leaveOpen)
            {
                stream.Dispose();
            }
        }
    }

    private static ValueTask<int> ReadAsync(Stream stream, byte[] buffer, bool async, CancellationToken cancellationToken) =>
        async ? stream.ReadAsync(buffer, cancellationToken) : new(stream.Read(buffer));
}
