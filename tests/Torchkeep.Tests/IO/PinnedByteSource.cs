using System.Buffers;

namespace Torchkeep.Tests.IO;

/// <summary>A source from outside of the library that maps its bytes and counts who holds them.</summary>
internal sealed unsafe class PinnedByteSource : ByteSource, IPinnable
{
    private readonly byte[] _bytes;

    internal PinnedByteSource(byte[] bytes)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(_bytes, 0);
    }

    public override long Length => _bytes.Length;

    internal int Pins { get; private set; }

    public override void Read(long offset, Span<byte> destination) => _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);

    public override bool TryMap(long offset, long length, out MemoryHandle memory)
    {
        Pins++;
        fixed (byte* start = _bytes)
        {
            memory = new(start + offset, pinnable: this);
        }

        return true;
    }

    MemoryHandle IPinnable.Pin(int elementIndex) => throw new NotSupportedException();

    void IPinnable.Unpin() => Pins--;
}
