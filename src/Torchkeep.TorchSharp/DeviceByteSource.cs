using TorchSharp;

namespace Torchkeep;

/// <summary>The storage of a tensor on another device, fetched piece by piece as a save asks for it.</summary>
internal sealed class DeviceByteSource : ByteSource
{
    private readonly torch.Tensor _elements;
    private readonly int _size;
    private readonly DeviceWindow? _window;

    /// <param name="owner">Any tensor of the storage; not kept.</param>
    /// <param name="size">The bytes of an element.</param>
    /// <param name="window">By way of what it is fetched; null for a plain copy of each part.</param>
    internal DeviceByteSource(torch.Tensor owner, int size, DeviceWindow? window = null)
    {
        Length = Native.StorageBytes(owner);
        using var detached = owner.detach();
        _elements = detached.as_strided([Length / size], [1], 0).DetachFromDisposeScope();
        _size = size;
        _window = window;
    }

    public override long Length { get; }

    internal torch.Device Device => _elements.device;

    public override unsafe void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        if (destination.IsEmpty)
        {
            return;
        }

        if (_window is not null)
        {
            _window.Read(this, offset, destination);
            return;
        }

        var first = offset / _size;
        var last = (offset + destination.Length - 1) / _size;
        using var part = _elements.narrow(0, first, last - first + 1);
        using var here = part.cpu();
        new ReadOnlySpan<byte>((byte*)Native.Data(here) + (offset - (first * _size)), destination.Length).CopyTo(destination);
    }

    /// <summary>All bytes in memory of its length, at once where there is a window.</summary>
    internal unsafe void ReadAll(byte* destination)
    {
        if (_window is not null)
        {
            _window.ReadAll(this, destination);
            return;
        }

        for (long done = 0; done < Length; done += StagingDevice.PieceBytes)
        {
            Read(done, new Span<byte>(destination + done, (int)Math.Min(StagingDevice.PieceBytes, Length - done)));
        }
    }

    /// <summary>Has the device copy whole elements into page-locked memory, without waiting for it.</summary>
    internal void Begin(torch.Tensor memory, long offset, long length)
    {
        using var part = _elements.narrow(0, offset / _size, length / _size);
        using var target = RawTensor.Over(Native.Data(memory), [length / _size], _elements.dtype);
        _ = target.copy_(part, nonBlocking: true);
    }

    protected override void Dispose(bool disposing) => _elements.Dispose();
}
