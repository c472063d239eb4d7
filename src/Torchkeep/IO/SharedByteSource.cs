namespace Torchkeep.IO;

/// <summary>A source that is cut into parts, each disposed by itself: with the last of them the source is closed.</summary>
internal sealed class SharedByteSource(ByteSource source)
{
    // One for whoever still cuts.
    private int _users = 1;

    internal ByteSource Part(long offset, long length)
    {
        Interlocked.Increment(ref _users);
        return new SharedPart(this, new SliceByteSource(source, offset, length));
    }

    /// <summary>No more parts are cut.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            source.Dispose();
        }
    }

    private sealed class SharedPart(SharedByteSource owner, SliceByteSource slice) : ByteSource
    {
        private int _isDisposed;

        public override long Length => slice.Length;

        public override string? Name => slice.Name;

        public override void Read(long offset, Span<byte> destination) => Open().Read(offset, destination);

        public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default) =>
            Open().ReadAsync(offset, destination, cancellationToken);

        public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes) => Open().TryGetSpan(offset, length, out bytes);

        protected override void Dispose(bool disposing)
        {
            if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                owner.Release();
            }
        }

        private SliceByteSource Open()
        {
            ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
            return slice;
        }
    }
}
