using System.Diagnostics.CodeAnalysis;

namespace Torchkeep.Pickle;

/// <summary>The machine's values and marks. Nothing below the last mark can be taken.</summary>
internal sealed class PickleStack(int maxDepth)
{
    private readonly Stack<int> _marks = new();
    private PyValue[] _values = new PyValue[Math.Min(64, maxDepth)];
    private int _count;
    private int _floor;

    internal void Push(PyValue value)
    {
        if (_count == _values.Length)
        {
            if (_count >= maxDepth)
            {
                PickleThrow.OverLimit("a stack depth", maxDepth, nameof(ReadLimits.MaxDepth));
            }

            Array.Resize(ref _values, Math.Min(_values.Length * 2, maxDepth));
        }

        _values[_count++] = value;
    }

    internal PyValue Peek()
    {
        if (_count == _floor)
        {
            PickleThrow.StackUnderflow();
        }

        return _values[_count - 1];
    }

    internal PyValue Pop()
    {
        var value = Peek();
        _count--;
        return value;
    }

    internal PyValue[] Pop(int count)
    {
        if (_count - _floor < count)
        {
            PickleThrow.StackUnderflow();
        }

        _count -= count;
        return _values.AsSpan(_count, count).ToArray();
    }

    internal void Mark()
    {
        if (_marks.Count >= maxDepth)
        {
            PickleThrow.OverLimit("marks", maxDepth, nameof(ReadLimits.MaxDepth));
        }

        _marks.Push(_floor);
        _floor = _count;
    }

    /// <summary>Takes the mark away; what stood above it is returned, and is valid until the next push.</summary>
    internal ReadOnlySpan<PyValue> PopToMark()
    {
        if (!_marks.TryPop(out var below))
        {
            PickleThrow.NoMark();
        }

        var above = _values.AsSpan(_floor, _count - _floor);
        _count = _floor;
        _floor = below;
        return above;
    }

    /// <summary>POP also takes a mark that lies on top.</summary>
    internal void PopValueOrMark()
    {
        if (_count == _floor && _marks.Count > 0)
        {
            PopToMark();
        }
        else
        {
            Pop();
        }
    }

    /// <summary>The string nearest to the top: in a dictionary it is the key of the value under construction.</summary>
    internal bool TryFindNearestString([NotNullWhen(true)] out string? text)
    {
        text = null;
        for (var i = _count - 1; i >= 0 && text is null; i--)
        {
            text = (_values[i] as PyString)?.Value;
        }

        return text is not null;
    }
}
