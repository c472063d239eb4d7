using System.Runtime.ExceptionServices;

namespace Torchkeep;

/// <summary>
/// Reads of many tensors at once. One thread cannot copy out of the page cache as fast as memory takes it; none of them
/// calls libtorch, whose tensors belong to the thread that makes them.
/// </summary>
internal static class ParallelReads
{
    /// <summary>Runs all, unless one fails: then those that have not begun are left out, and the failure of the first in order is thrown.</summary>
    internal static void Run<T>(IReadOnlyList<T> items, Action<T> read)
    {
        var failures = new SortedList<int, Exception>();
        Parallel.For(0, items.Count, (i, state) =>
        {
            try
            {
                if (!state.ShouldExitCurrentIteration)
                {
                    read(items[i]);
                }
            }
            catch (Exception error)
            {
                lock (failures)
                {
                    failures.Add(i, error);
                }

                state.Break();
            }
        });

        if (failures.Count > 0)
        {
            ExceptionDispatchInfo.Throw(failures.Values[0]);
        }
    }
}
