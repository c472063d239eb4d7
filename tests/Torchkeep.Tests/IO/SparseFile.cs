namespace Torchkeep.Tests.IO;

/// <summary>Keeps what is written to a stream that cannot seek, but for blocks of zeros: any length in little memory.</summary>
internal sealed class SparseFile
{
    private readonly SortedList<long, byte[]> _blocks = [];
    private long _length;

    internal SparseFile()
    {
        Stream = new Writer(this);
        Source = new Reader(this);
    }

    internal Stream Stream { get; }

    internal ByteSource Source { get; }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.ContainsAnyExcept((byte)0))
        {
            _blocks.Add(_length, bytes.ToArray());
        }

        _length += bytes.Length;
    }

    private void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + destination.Length, _length);
        destination.Clear();

        // The first block that ends behind the offset, by halving.
        var (low, high) = (0, _blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _blocks.Keys[middle] + _blocks.Values[middle].Length <= offset ? (middle + 1, high) : (low, middle);
        }

        for (; low < _blocks.Count && _blocks.Keys[low] < offset + destination.Length; low++)
        {
            var (start, block) = (_blocks.Keys[low], _blocks.Values[low]);
            var from = Math.Max(start, offset);
            var to = Math.Min(start + block.Length, offset + destination.Length);
            block.AsSpan((int)(from - start), (int)(to - from)).CopyTo(destination[(int)(from - offset)..]);
        }
    }

    private sealed class Reader(SparseFile file) : ByteSource
    {
        public override long Length => file._length;

        public override void Read(long offset, Span<byte> destination) => file.Read(offset, destination);
    }

    private sealed class Writer(SparseFile file) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => file.Append(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => file.Append(buffer);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
