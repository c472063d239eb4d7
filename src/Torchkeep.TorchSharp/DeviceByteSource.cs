using TorchSharp;

namespace Torchkeep;

/// <summary>The storage of a tensor on another device, fetched piece by piece as a save asks for it.</summary>
internal sealed class DeviceByteSource : ByteSource
{
    private readonly torch.Tensor _elements;
    private readonly int _size;

    /// <param name="owner">Any tensor of the storage; not kept.</param>
    /// <param name="size">The bytes of an element.</param>
    internal DeviceByteSource(torch.Tensor owner, int size)
    {
        _size = size;
        Length = Native.StorageBytes(owner);
        _elements = owner.as_strided([Length / size], [1], 0).DetachFromDisposeScope();
    }

    public override long Length { get; }

    public override unsafe void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        if (destination.IsEmpty)
        {
            return;
        }

        var first = offset / _size;
        var last = (offset + destination.Length - 1) / _size;
        using var part = _elements.narrow(0, first, last - first + 1);
        using var here = part.cpu();
        new ReadOnlySpan<byte>((byte*)Native.Data(here) + (offset - (first * _size)), destination.Length).CopyTo(destination);
    }

    protected override void Dispose(bool disposing) => _elements.Dispose();
}
