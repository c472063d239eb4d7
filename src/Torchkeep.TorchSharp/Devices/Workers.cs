namespace Torchkeep;

/// <summary>
/// Threads that do parts of a work in order, each the next one when it is free. They are made for it and end with it: a
/// current device that one has set stays with no other work, and nobody waits for the pool to give threads.
/// </summary>
internal static class Workers
{
    /// <summary>Does all parts, unless one fails: then those that nobody has begun are left out, and the failure of the first in order is thrown as it was.</summary>
    /// <param name="parts">The work.</param>
    /// <param name="threads">How many threads at most.</param>
    /// <param name="isCallerOne">Whether this thread is one of them; else it waits.</param>
    /// <param name="begin">What each thread begins with.</param>
    internal static void Run<T>(IReadOnlyList<T> parts, int threads, bool isCallerOne, Func<IWorker<T>> begin)
    {
        var run = new WorkerRun<T>(parts, begin);
        var others = new Thread[Math.Max(Math.Min(threads, parts.Count) - (isCallerOne ? 1 : 0), 0)];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new(run.Work) { IsBackground = true, Name = "Torchkeep" };
            others[i].UnsafeStart();
        }

        if (isCallerOne)
        {
            run.Work();
        }

        foreach (var thread in others)
        {
            thread.Join();
        }

        run.ThrowFirst();
    }
}
