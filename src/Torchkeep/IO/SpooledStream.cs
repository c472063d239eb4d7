namespace Torchkeep.IO;

/// <summary>
/// Makes a stream that cannot seek readable at any offset, by way of a temporary file that vanishes when it is closed:
/// a network stream may be larger than memory.
/// </summary>
internal static class SpooledStream
{
    private const int BufferSize = 1 << 20;

    internal static async ValueTask<ByteSource> ToSourceAsync(Stream stream, bool leaveOpen, bool async, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var spool = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        });
        try
        {
            if (async)
            {
                await stream.CopyToAsync(spool, BufferSize, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                stream.CopyTo(spool, BufferSize);
            }

            if (!leaveOpen)
            {
                stream.Dispose();
            }

            spool.Position = 0;
            return new StreamByteSource(spool, leaveOpen: false);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }
}
