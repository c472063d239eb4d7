namespace Torchkeep.Pickle;

/// <summary>
/// Values by memo index: the same objects, never copies. Writers count from 0 or 1, so an array holds them; a file that
/// names index four billion costs one dictionary entry.
/// </summary>
internal sealed class PickleMemo(int maxEntries)
{
    private readonly List<PyValue?> _dense = [];
    private readonly Dictionary<long, PyValue> _sparse = [];

    /// <summary>How many entries there are, which is the index that MEMOIZE uses next.</summary>
    internal int Count { get; private set; }

    internal void Put(long index, PyValue value)
    {
        if (index > _dense.Count + 1)
        {
            CountIf(!_sparse.ContainsKey(index));
            _sparse[index] = value;
            return;
        }

        while (index >= _dense.Count)
        {
            _dense.Add(null);
        }

        CountIf(_dense[(int)index] is null && !_sparse.Remove(index));
        _dense[(int)index] = value;
    }

    internal PyValue Get(long index)
    {
        var value = index < _dense.Count ? _dense[(int)index] : null;
        if (value is null && !_sparse.TryGetValue(index, out value))
        {
            PickleThrow.MemoMiss(index);
        }

        return value!;
    }

    private void CountIf(bool isNew)
    {
        if (isNew && Count++ >= maxEntries)
        {
            PickleThrow.OverLimit("memo entries", maxEntries, nameof(ReadLimits.MaxMemoEntries));
        }
    }
}
