using Microsoft.Win32.SafeHandles;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>A file that counts what is read of it.</summary>
internal sealed class CountingByteSource(string path) : ByteSource
{
    private readonly SafeFileHandle _file = File.OpenHandle(path);
    private long _bytesRead;

    internal long BytesRead => Interlocked.Read(ref _bytesRead);

    public override long Length { get; } = new FileInfo(path).Length;

    public override void Read(long offset, Span<byte> destination)
    {
        Interlocked.Add(ref _bytesRead, destination.Length);
        while (destination.Length > 0)
        {
            var count = RandomAccess.Read(_file, destination, offset);
            Assert.NotEqual(0, count);
            offset += count;
            destination = destination[count..];
        }
    }

    protected override void Dispose(bool disposing) => _file.Dispose();
}
