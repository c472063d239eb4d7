using System.Buffers;

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

    /// <summary>A part, closed by itself although the others go on reading the source.</summary>
    private sealed class SharedPart(SharedByteSource owner, SliceByteSource slice) : DelegatingByteSource(slice)
    {
        private int _isDisposed;

        public override void Read(long offset, Span<byte> destination)
        {
            CheckOpen();
            base.Read(offset, destination);
        }

        public override ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
        {
            CheckOpen();
            return base.ReadAsync(offset, destination, cancellationToken);
        }

        public override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
        {
            CheckOpen();
            return base.TryGetSpan(offset, length, out bytes);
        }

        public override bool TryMap(long offset, long length, out MemoryHandle memory)
        {
            CheckOpen();
            return base.TryMap(offset, length, out memory);
        }

        public override void Verify(CancellationToken cancellationToken = default)
        {
            CheckOpen();
            base.Verify(cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                owner.Release();
            }
        }

        private void CheckOpen() => ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
    }
}
