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
        FileStream? spool = null;
        try
        {
            spool = CreateFile();
            if (async)
            {
                await stream.CopyToAsync(spool, BufferSize, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                stream.CopyTo(spool, BufferSize);
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

    /// <summary>An empty temporary file, which vanishes when it is closed.</summary>
    internal static FileStream CreateFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            // The folder is everyone's, the bytes are not.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
    }
}
