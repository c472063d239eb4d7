namespace Torchkeep.Pickle;

/// <summary>The values and marks of a trace.</summary>
internal sealed class TraceStack
{
    private readonly ChunkedList<TraceValue> _values = new();
    private readonly ChunkedList<int> _marks = new();

    internal int Count => _values.Count;

    internal int MarkCount => _marks.Count;

    /// <summary>The memory that it takes, in bytes.</summary>
    internal long Size => ((long)_values.Count * sizeof(long)) + ((long)_marks.Count * sizeof(int));

    internal ref TraceValue Top => ref _values[_values.Count - 1];

    internal bool HasMarkOnTop => _marks.Count > 0 && _marks[_marks.Count - 1] == _values.Count;

    internal TraceValue this[int index] => _values[index];

    /// <summary>Whether a mark lies above so many values.</summary>
    internal bool HasMarkAbove(int count) => _marks.Count > 0 && _marks[_marks.Count - 1] > count;

    internal void Push(TraceValue value) => _values.Add(value);

    internal void Mark() => _marks.Add(_values.Count);

    /// <summary>Takes the last mark away, and gives where it was; -1 where there is none.</summary>
    internal int PopMark()
    {
        if (_marks.Count == 0)
        {
            return -1;
        }

        var mark = _marks[_marks.Count - 1];
        _marks.RemoveFrom(_marks.Count - 1);
        return mark;
    }

    /// <summary>Takes the value on top, and gives whether that lay below a mark, which moves down with it.</summary>
    internal bool Pop(out TraceValue value)
    {
        value = Top;
        _values.RemoveFrom(_values.Count - 1);
        if (_marks.Count == 0 || _marks[_marks.Count - 1] <= _values.Count)
        {
            return false;
        }

        _marks[_marks.Count - 1] = _values.Count;
        return true;
    }

    internal void RemoveFrom(int index) => _values.RemoveFrom(index);
}
