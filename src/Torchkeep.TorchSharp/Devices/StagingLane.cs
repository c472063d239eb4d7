namespace Torchkeep;

/// <summary>
/// Buffers of one thread and a queue of copies of one device. While a copy reads from or writes to one buffer, the thread
/// uses another.
/// </summary>
internal sealed unsafe class StagingLane : IDisposable
{
    // As far apart as the lines of the processor's cache.
    private const int Alignment = 64;

    private readonly IDeviceCopies _copies;
    private readonly int _bufferBytes;
    private readonly nint _stream;
    private readonly nint[] _marks;
    private readonly bool[] _isCopied;
    private readonly HostMemory _memory;
    private int _current;
    private int _used;

    /// <param name="copies">What copies; the current device of this thread is the lane's.</param>
    /// <param name="device">Its number.</param>
    /// <param name="shape">How many buffers, and how large.</param>
    internal StagingLane(IDeviceCopies copies, int device, StagingShape shape)
    {
        _copies = copies;
        _bufferBytes = shape.BufferBytes;
        _marks = new nint[shape.BuffersPerLane];
        _isCopied = new bool[shape.BuffersPerLane];
        Device = device;
        _memory = copies.Allocate(checked(shape.BufferBytes * shape.BuffersPerLane));
        try
        {
            _stream = copies.CreateStream();
            for (var i = 0; i < _marks.Length; i++)
            {
                _marks[i] = copies.CreateEvent();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal int Device { get; }

    /// <summary>Where the next bytes for the device are put; waits until no copy reads from there.</summary>
    /// <param name="bytes">At most as many as a buffer has.</param>
    internal Span<byte> Reserve(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _bufferBytes);
        if (bytes > _bufferBytes - _used)
        {
            Next();
        }

        return new((void*)(Start(_current) + _used), bytes);
    }

    /// <summary>Begins the copy of what was reserved last.</summary>
    /// <param name="destination">On the device.</param>
    /// <param name="bytes">As many as were reserved.</param>
    internal void Send(nint destination, int bytes)
    {
        _copies.CopyToDevice(destination, Start(_current) + _used, bytes, _stream);
        _used = Math.Min(_bufferBytes, (_used + bytes + Alignment - 1) & -Alignment);
    }

    /// <summary>Copies from the device. Nothing that was sent may still be on its way.</summary>
    /// <param name="source">On the device.</param>
    /// <param name="destination">Filled completely.</param>
    internal void Receive(nint source, Span<byte> destination)
    {
        var (begun, taken) = (0, 0);
        for (var i = 0; taken < destination.Length; i++)
        {
            for (; begun < destination.Length && begun - taken < (long)_bufferBytes * _marks.Length; begun += PartAt(begun, destination.Length))
            {
                var buffer = begun / _bufferBytes % _marks.Length;
                _copies.CopyToHost(Start(buffer), source + begun, PartAt(begun, destination.Length), _stream);
                _copies.Record(_marks[buffer], _stream);
            }

            var count = PartAt(taken, destination.Length);
            _copies.WaitForEvent(_marks[i % _marks.Length]);
            new ReadOnlySpan<byte>((void*)Start(i % _marks.Length), count).CopyTo(destination[taken..]);
            taken += count;
        }
    }

    /// <summary>Waits until no copy is on its way.</summary>
    internal void Finish()
    {
        _copies.WaitForStream(_stream);
        Array.Clear(_isCopied);
        (_current, _used) = (0, 0);
    }

    /// <summary>Gives memory and queue back; no copy may be on its way.</summary>
    public void Dispose()
    {
        foreach (var mark in _marks.Where(mark => mark != 0))
        {
            _copies.DestroyEvent(mark);
        }

        if (_stream != 0)
        {
            _copies.DestroyStream(_stream);
        }

        _copies.Free(_memory);
    }

    private int PartAt(int offset, int length) => Math.Min(_bufferBytes, length - offset);

    private nint Start(int buffer) => _memory.Start + ((nint)buffer * _bufferBytes);

    private void Next()
    {
        _copies.Record(_marks[_current], _stream);
        _isCopied[_current] = true;
        _current = (_current + 1) % _marks.Length;
        _used = 0;
        if (_isCopied[_current])
        {
            _copies.WaitForEvent(_marks[_current]);
            _isCopied[_current] = false;
        }
    }
}
