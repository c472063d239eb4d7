using System.Runtime.InteropServices;

namespace Torchkeep.TorchSharp.Tests.Devices;

/// <summary>
/// Devices whose memory is this machine's, and which do every copy as late as they may: when somebody waits for it. Whoever
/// uses a buffer again too early gets wrong bytes.
/// </summary>
internal sealed unsafe class LateDevice : IDeviceCopies
{
    private readonly Lock _gate = new();
    private readonly Dictionary<nint, List<(nint To, nint From, int Bytes)>> _queues = [];
    private readonly Dictionary<nint, (nint Stream, int Count)> _marks = [];
    private readonly Dictionary<nint, int> _owners = [];
    private readonly ThreadLocal<int> _current = new();
    private nint _next;

    /// <summary>The bytes that are pinned now, and the most that ever were.</summary>
    internal long Pinned { get; private set; }

    internal long MostPinned { get; private set; }

    /// <summary>Copies that nobody has waited for.</summary>
    internal int Pending => _queues.Values.Sum(queue => queue.Count);

    /// <summary>How many copies there were.</summary>
    internal int Copies { get; private set; }

    /// <summary>What the copies do in place of copying, or null.</summary>
    internal Action? OnCopy { get; set; }

    private readonly Dictionary<nint, int> _sizes = [];

    public int Enter(int device)
    {
        var before = _current.Value;
        _current.Value = device;
        return before;
    }

    public void WaitForDevice()
    {
    }

    public HostMemory Allocate(int bytes)
    {
        lock (_gate)
        {
            var start = (nint)NativeMemory.AllocZeroed((nuint)bytes);
            _sizes[start] = bytes;
            Pinned += bytes;
            MostPinned = Math.Max(Pinned, MostPinned);
            return new(start, HostMemoryKind.Plain);
        }
    }

    public void Free(HostMemory memory)
    {
        lock (_gate)
        {
            Pinned -= _sizes[memory.Start];
            NativeMemory.Free((void*)memory.Start);
        }
    }

    public nint CreateStream()
    {
        lock (_gate)
        {
            _queues.Add(++_next, []);
            _owners.Add(_next, _current.Value);
            return _next;
        }
    }

    public void DestroyStream(nint stream)
    {
        lock (_gate)
        {
            Assert.Empty(_queues[stream]);
            Assert.True(_queues.Remove(stream));
        }
    }

    public nint CreateEvent()
    {
        lock (_gate)
        {
            return ++_next;
        }
    }

    public void DestroyEvent(nint mark)
    {
        lock (_gate)
        {
            _ = _marks.Remove(mark);
        }
    }

    public void CopyToDevice(nint destination, nint source, int bytes, nint stream)
    {
        lock (_gate)
        {
            Assert.Equal(_owners[stream], _current.Value);
            OnCopy?.Invoke();
            Copies++;
            _queues[stream].Add((destination, source, bytes));
        }
    }

    public void CopyToHost(nint destination, nint source, int bytes, nint stream) => CopyToDevice(destination, source, bytes, stream);

    public void Record(nint mark, nint stream)
    {
        lock (_gate)
        {
            _marks[mark] = (stream, _queues[stream].Count);
        }
    }

    public void WaitForEvent(nint mark)
    {
        lock (_gate)
        {
            var (stream, count) = _marks[mark];
            Do(stream, count);
        }
    }

    public void WaitForStream(nint stream)
    {
        lock (_gate)
        {
            Do(stream, _queues[stream].Count);
        }
    }

    private void Do(nint stream, int count)
    {
        var queue = _queues[stream];
        count = Math.Min(count, queue.Count);
        foreach (var (to, from, bytes) in queue[..count])
        {
            Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
        }

        queue.RemoveRange(0, count);
        foreach (var (mark, state) in _marks.Where(entry => entry.Value.Stream == stream).ToList())
        {
            _marks[mark] = (stream, Math.Max(0, state.Count - count));
        }
    }
}
