using TorchSharp;

namespace Torchkeep;

/// <summary>
/// The storage of a tensor on another device, fetched piece by piece as a save asks for it, from any thread: by way of pinned
/// buffers where there are any for the device.
/// </summary>
internal sealed class DeviceByteSource : ByteSource
{
    private readonly torch.Tensor _elements;
    private readonly int _size;
    private readonly StagingPool? _pool;
    private readonly nint _start;
    private readonly int _device;
    private volatile bool _isSettled;

    /// <param name="owner">Any tensor of the storage; not kept.</param>
    /// <param name="size">The bytes of an element.</param>
    internal DeviceByteSource(torch.Tensor owner, int size)
    {
        _size = size;
        Length = Native.StorageBytes(owner);
        _elements = owner.as_strided([Length / size], [1], 0).DetachFromDisposeScope();
        _pool = DeviceMemory.PoolFor(owner.device_type);
        _start = Native.StorageStart(owner);
        _device = owner.device_index;
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

        if (_pool is not null)
        {
            Receive(offset, destination);
            return;
        }

        var first = offset / _size;
        var last = (offset + destination.Length - 1) / _size;
        using var part = _elements.narrow(0, first, last - first + 1);
        using var here = part.cpu();
        new ReadOnlySpan<byte>((byte*)Native.Data(here) + (offset - (first * _size)), destination.Length).CopyTo(destination);
    }

    protected override void Dispose(bool disposing) => _elements.Dispose();

    private void Receive(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_elements.IsInvalid, this);
        var before = _pool!.Copies.Enter(_device);
        var lane = _pool.Rent(_device);
        try
        {
            // What was queued before on other streams may still write to the storage.
            if (!_isSettled)
            {
                _pool.Copies.WaitForDevice();
                _isSettled = true;
            }

            lane.Receive(_start + (nint)offset, destination);
        }
        finally
        {
            _pool.Return(lane);
            _ = _pool.Copies.Enter(before);
        }
    }
}
