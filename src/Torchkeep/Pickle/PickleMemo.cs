using System.Collections;

namespace Torchkeep.Pickle;

/// <summary>
/// Values by memo index: the same objects, never copies. Of those that are never fetched it is only known that they were
/// put, so that they can go when nothing else holds them.
/// </summary>
internal sealed class PickleMemo(PickleFetches fetches, int maxEntries)
{
    private readonly Dictionary<long, PyValue> _values = [];

    // Writers count from 0 or 1.
    private readonly BitArray _isPut = new(fetches.PutCount + 1);

    /// <summary>How many entries there are, which is the index that MEMOIZE uses next.</summary>
    internal int Count { get; private set; }

    internal void Put(long index, PyValue value)
    {
        var isUsual = index < _isPut.Length;
        var isNew = isUsual ? !_isPut[(int)index] : !_values.ContainsKey(index);
        if (isNew && Count++ >= maxEntries)
        {
            PickleThrow.OverLimit("memo entries", maxEntries, nameof(ReadLimits.MaxMemoEntries));
        }

        if (isUsual)
        {
            _isPut[(int)index] = true;
        }

        if (!isUsual || fetches.Has(index))
        {
            _values[index] = value;
        }
    }

    internal PyValue Get(long index)
    {
        if (!_values.TryGetValue(index, out var value))
        {
            PickleThrow.MemoMiss(index);
        }

        return value!;
    }
}
