namespace Torchkeep.Tests.IO;

/// <summary>A stream without length, position or seeking, as that of a socket; bytes come and go in small parts.</summary>
internal sealed class ForwardStream(Stream inner) : Stream
{
    private const int Part = 1000;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    internal bool IsDisposed { get; private set; }

    internal int Flushes { get; private set; }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, Part));

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => Flushes++;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
