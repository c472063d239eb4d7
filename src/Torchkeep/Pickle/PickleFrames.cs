namespace Torchkeep.Pickle;

/// <summary>
/// Finds frames that readers take differently: whose end is inside of an instruction, not at the STOP that follows it,
/// or behind the data, or that begin inside of another. No pickler writes one (CPython Lib/pickle.py, _Framer).
/// </summary>
internal sealed class PickleFrames
{
    // A reader with a buffer takes some frames in one way and some in the other; a few such frames are tried alone.
    private const int MaxFollowed = 4;

    private const int NoFrame = -1;

    private readonly List<(int Offset, long End)> _followed = [];
    private int _start;
    private long _end = NoFrame;

    /// <summary>What is wrong with the first one, or null.</summary>
    internal string? Problem { get; private set; }

    internal int ProblemOffset { get; private set; }

    /// <summary>Whether a frame has begun and not ended.</summary>
    internal bool IsInFrame => _end != NoFrame;

    /// <summary>Looks at an instruction; <paramref name="end"/> is the byte after it.</summary>
    internal void Look(PickleInstruction instruction, int end, int length)
    {
        if (_end != NoFrame && (end > _end || (instruction.Opcode == PickleOpcode.Stop && end != _end)))
        {
            Note(_start, _end, $"a frame ends at {_end}, inside of what it is a part of");
        }

        if (instruction.Opcode == PickleOpcode.Frame)
        {
            var frameEnd = end + (long)Math.Min(PickleOperands.Length(instruction.Operand), long.MaxValue / 2);
            if (_end != NoFrame)
            {
                Note(_start, _end, "a frame holds the beginning of another");
                Note(instruction.Offset, frameEnd, "a frame begins inside of another");
            }

            if (frameEnd > length)
            {
                Note(instruction.Offset, frameEnd, $"a frame of {frameEnd - end} bytes passes the end of the pickle");
            }

            (_start, _end) = (instruction.Offset, frameEnd);
        }

        if (end >= _end)
        {
            _end = NoFrame;
        }
    }

    /// <summary>The bytes end inside of an instruction: a reader that drops what is left of a frame may find the rest.</summary>
    internal void LookAtEnd()
    {
        if (_end != NoFrame)
        {
            Note(_start, _end, $"a frame ends at {_end}, inside of what it is a part of");
        }
    }

    /// <summary>The other ways in which a reader may read the bytes; none where all readers agree.</summary>
    internal IEnumerable<PickleReading> OtherReadings(int length)
    {
        foreach (var (offset, end) in _followed.Where(frame => frame.End <= length))
        {
            yield return new(0, offset, int.MaxValue);
            yield return new(0, offset, offset);
            if (end < length)
            {
                yield return PickleReading.From((int)end);
            }
        }
    }

    private void Note(int offset, long end, string problem)
    {
        if (Problem is null)
        {
            (Problem, ProblemOffset) = (problem, offset);
        }

        if (_followed.Count < MaxFollowed && (_followed.Count == 0 || _followed[^1].Offset != offset))
        {
            _followed.Add((offset, end));
        }
    }
}
