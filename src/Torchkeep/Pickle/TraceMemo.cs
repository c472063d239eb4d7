namespace Torchkeep.Pickle;

/// <summary>The memo of a trace: as a list where the indexes are those of a pickler, by index where they are not.</summary>
internal sealed class TraceMemo
{
    private const int ListSlack = 256;
    private const int EntrySize = 96;

    private long _digits;

    private readonly ChunkedList<TraceValue> _list = new();

    // Lib/pickle.py takes a number of any size.
    private readonly Dictionary<string, TraceValue> _others = new(StringComparer.Ordinal);

    /// <summary>How many entries there are, which is the index that MEMOIZE uses next.</summary>
    internal int Count { get; private set; }

    /// <summary>The memory that it takes, in bytes.</summary>
    internal long Size => ((long)_list.Count * sizeof(long)) + ((long)_others.Count * EntrySize) + (_digits * sizeof(char));

    internal void Put(long index, TraceValue value)
    {
        if (index >= 2L * Count + ListSlack)
        {
            Put(Digits(index), value);
            return;
        }

        while (_list.Count <= index)
        {
            _list.Add(default);
        }

        ref var entry = ref _list[(int)index];
        Count += entry.Kind == TraceKind.Absent && (_others.Count == 0 || !_others.Remove(Digits(index))) ? 1 : 0;
        entry = value;
    }

    internal TraceValue Get(long index) => index < _list.Count && _list[(int)index] is { Kind: not TraceKind.Absent } value ? value : Get(Digits(index));

    /// <summary>Puts under the digits of a number.</summary>
    internal void Put(string digits, TraceValue value)
    {
        if (!_others.ContainsKey(digits))
        {
            Count++;
            _digits += digits.Length;
        }

        _others[digits] = value;
    }

    internal TraceValue Get(string digits) => _others.GetValueOrDefault(digits);

    private static string Digits(long index) => index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
