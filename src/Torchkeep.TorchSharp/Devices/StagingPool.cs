namespace Torchkeep;

/// <summary>
/// The lanes of all loads and saves of this process, so that their memory has a bound and is pinned once. When none has been
/// in use for a while, all are given back.
/// </summary>
internal sealed class StagingPool : IDisposable
{
    private readonly SemaphoreSlim _free;
    private readonly List<StagingLane> _idle = [];
    private readonly Timer _timer;
    private int _count;
    private int _rented;

    internal StagingPool(IDeviceCopies copies, StagingShape shape)
    {
        Copies = copies;
        Shape = shape;
        _free = new(shape.Lanes);
        _timer = new(_ => Trim());
    }

    internal IDeviceCopies Copies { get; }

    internal StagingShape Shape { get; }

    /// <summary>Lanes that have memory.</summary>
    internal int Count => _count;

    /// <summary>A lane of a device, which is made the current one of this thread. Waits while others have all lanes, so whoever has one asks for no other.</summary>
    internal StagingLane Rent(int device)
    {
        _free.Wait();
        var isCounted = false;
        try
        {
            _ = Copies.Enter(device);
            StagingLane? other = null;
            lock (_idle)
            {
                isCounted = true;
                _rented++;
                var i = _idle.FindLastIndex(lane => lane.Device == device);
                if (i >= 0)
                {
                    var lane = _idle[i];
                    _idle.RemoveAt(i);
                    return lane;
                }

                if (_count == Shape.Lanes)
                {
                    other = _idle[0];
                    _idle.RemoveAt(0);
                }
                else
                {
                    _count++;
                }
            }

            other?.Dispose();
            return new(Copies, device, Shape);
        }
        catch
        {
            lock (_idle)
            {
                _rented -= isCounted ? 1 : 0;
                _count -= isCounted ? 1 : 0;
            }

            _ = _free.Release();
            throw;
        }
    }

    /// <summary>Waits for the copies of a lane, and takes it back. Where they fail, the lane is given up.</summary>
    internal void Return(StagingLane lane)
    {
        var isGood = false;
        try
        {
            lane.Finish();
            isGood = true;
        }
        finally
        {
            lock (_idle)
            {
                _rented--;
                if (isGood)
                {
                    _idle.Add(lane);
                }
                else
                {
                    _count--;
                }
            }

            _ = _free.Release();
            _ = _timer.Change(Shape.IdleMilliseconds, Timeout.Infinite);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Trim();
        _free.Dispose();
    }

    private void Trim()
    {
        lock (_idle)
        {
            if (_rented > 0)
            {
                return;
            }

            foreach (var lane in _idle)
            {
                var before = Copies.Enter(lane.Device);
                lane.Dispose();
                _ = Copies.Enter(before);
            }

            _count -= _idle.Count;
            _idle.Clear();
        }
    }
}
