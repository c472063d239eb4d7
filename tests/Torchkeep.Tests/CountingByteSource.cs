namespace Torchkeep.Tests;

/// <summary>Bytes from outside of Torchkeep: counts what is asked for, and whether it was disposed.</summary>
internal sealed class CountingByteSource(byte[] bytes) : ByteSource
{
    private readonly Lock _lock = new();

    public override long Length => bytes.Length;

    public override string? Name => "counted";

    internal List<(long Offset, int Length)> Reads { get; } = [];

    internal long BytesRead => Reads.Sum(read => (long)read.Length);

    internal bool IsDisposed { get; private set; }

    public override void Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        lock (_lock)
        {
            Reads.Add((offset, destination.Length));
        }

        bytes.AsSpan(checked((int)offset), destination.Length).CopyTo(destination);
    }

    internal bool WasRead(long start, long length) => Reads.Any(read => read.Offset < start + length && start < read.Offset + read.Length);

    protected override void Dispose(bool disposing) => IsDisposed = true;
}
