using System.Collections.Concurrent;

namespace Torchkeep.Tests.IO;

/// <summary>Passes reads on and keeps what was asked for: costs are counted, not timed.</summary>
internal sealed class LoggedByteSource(ByteSource inner) : ByteSource
{
    private readonly ConcurrentQueue<(long Offset, int Length)> _reads = new();

    public override long Length => inner.Length;

    internal IReadOnlyCollection<(long Offset, int Length)> Reads => _reads;

    internal long BytesRead => _reads.Sum(read => (long)read.Length);

    internal void Forget() => _reads.Clear();

    public override void Read(long offset, Span<byte> destination)
    {
        _reads.Enqueue((offset, destination.Length));
        inner.Read(offset, destination);
    }

    protected override void Dispose(bool disposing) => inner.Dispose();
}
