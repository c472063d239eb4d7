using Microsoft.Win32.SafeHandles;

namespace Torchkeep.IO;

/// <summary>A file, by positional reads: no cursor, so threads need no lock.</summary>
internal sealed class FileByteSource : ByteSource
{
    private readonly SafeFileHandle _handle;

    internal FileByteSource(string path)
    {
        Name = path;
        RegularFile.Check(path);

        // Delete sharing lets a save replace this very file while it is open, on Windows too.
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        Length = RandomAccess.GetLength(_handle);
    }

    public override long Length { get; }

    public override string Name { get; }

    internal SafeFileHandle Handle => _handle;

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        while (destination.Length > 0)
        {
            var count = RandomAccess.Read(_handle, destination, offset);
            if (count == 0)
            {
                IOThrow.Truncated(Name, offset, destination.Length, Length);
            }

            offset += count;
            destination = destination[count..];
        }
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        while (destination.Length > 0)
        {
            var count = await RandomAccess.ReadAsync(_handle, destination, offset, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                IOThrow.Truncated(Name, offset, destination.Length, Length);
            }

            offset += count;
            destination = destination[count..];
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
        }
    }
}
