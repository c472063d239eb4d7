using System.Runtime.ExceptionServices;

namespace Torchkeep.IO;

/// <summary>
/// Work that several threads do, in order: each takes what is next when it is free. Where a part fails, what nobody has begun
/// is left out, and the failure of the first in order is thrown as it was: all before it have then been done.
/// </summary>
internal sealed class WorkList
{
    // A thread costs more than the work on fewer bytes does.
    private const long BytesWorthAThread = 1 << 20;

    private readonly List<Action<Memory<byte>>> _parts = [];
    private readonly SortedList<int, Exception> _failures = [];
    private readonly object _gate = new();
    private long _bytes;
    private int _running;
    private bool _hasNews;
    private int _next;
    private volatile bool _isOver;

    /// <param name="bytes">How many bytes it is about.</param>
    /// <param name="part">What is done; given the thread's buffer.</param>
    internal void Add(long bytes, Action<Memory<byte>> part)
    {
        _parts.Add(part);
        _bytes += bytes;
    }

    /// <param name="bufferBytes">The bytes of the buffer that each thread has; made when it begins its first part.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    /// <param name="maxThreads">At most so many threads; by default as many as there are processors.</param>
    /// <param name="watch">Called on this thread after parts that others do, or null where this thread works too.</param>
    internal void Run(int bufferBytes, CancellationToken cancellationToken, int? maxThreads = null, Action? watch = null)
    {
        _running = (int)Math.Min(Math.Min(_parts.Count, maxThreads ?? Environment.ProcessorCount), 1 + (_bytes / BytesWorthAThread));
        List<Thread> threads = [];
        for (var i = watch is null ? 1 : 0; i < _running; i++)
        {
            threads.Add(new(() => Work(bufferBytes, cancellationToken)) { IsBackground = true, Name = "Torchkeep" });
        }

        threads.ForEach(thread => thread.UnsafeStart());
        if (watch is null)
        {
            Work(bufferBytes, cancellationToken);
        }
        else
        {
            Watch(watch);
        }

        threads.ForEach(thread => thread.Join());
        if (_failures.Count > 0)
        {
            ExceptionDispatchInfo.Throw(_failures.Values[0]);
        }
    }

    private void Watch(Action watch)
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_hasNews && _running > 0)
                {
                    _ = Monitor.Wait(_gate);
                }

                if (_running <= 0)
                {
                    return;
                }

                _hasNews = false;
            }

            try
            {
                watch();
            }
            catch (Exception error)
            {
                Fail(int.MaxValue, error);
            }
        }
    }

    private void Tell(int ended)
    {
        lock (_gate)
        {
            _running -= ended;
            _hasNews = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Work(int bufferBytes, CancellationToken cancellationToken)
    {
        byte[]? buffer = null;
        for (int i; !_isOver && (i = Interlocked.Increment(ref _next) - 1) < _parts.Count;)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                _parts[i](buffer ??= GC.AllocateUninitializedArray<byte>(bufferBytes));
                Tell(ended: 0);
            }
            catch (Exception error)
            {
                Fail(i, error);
            }
        }

        Tell(ended: 1);
    }

    private void Fail(int index, Exception error)
    {
        _isOver = true;
        lock (_failures)
        {
            _failures.TryAdd(index, error);
        }
    }
}
