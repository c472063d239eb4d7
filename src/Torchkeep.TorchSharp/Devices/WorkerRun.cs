using System.Runtime.ExceptionServices;

namespace Torchkeep;

/// <summary>What the threads of one run share.</summary>
internal sealed class WorkerRun<T>(IReadOnlyList<T> parts, Func<IWorker<T>> begin)
{
    private readonly SortedList<int, Exception> _failures = [];
    private int _next = -1;
    private volatile bool _isOver;

    internal void Work()
    {
        try
        {
            using var worker = begin();
            for (int i; !_isOver && (i = Interlocked.Increment(ref _next)) < parts.Count;)
            {
                try
                {
                    worker.Do(parts[i]);
                }
                catch (Exception error)
                {
                    Fail(i, error);
                }
            }
        }
        catch (Exception error)
        {
            Fail(int.MaxValue, error);
        }
    }

    internal void ThrowFirst()
    {
        if (_failures.Count > 0)
        {
            ExceptionDispatchInfo.Throw(_failures.Values[0]);
        }
    }

    private void Fail(int index, Exception error)
    {
        _isOver = true;
        lock (_failures)
        {
            _ = _failures.TryAdd(index, error);
        }
    }
}
