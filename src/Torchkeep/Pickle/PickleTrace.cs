using System.Runtime.InteropServices;

namespace Torchkeep.Pickle;

/// <summary>
/// What Python's unpicklers would do with a pickle: which names they would import and call, and with what. Nothing is
/// imported or called. Where readers differ, each reading is followed, so that none of them sees more.
/// </summary>
internal sealed class PickleTrace
{
    // A report keeps no more of them.
    private const int MaxArguments = 10_000;

    // Ways to call one name that are told apart. A way more, and it may be called with anything.
    private const int MaxWays = 64;

    private const int NameSize = 200;
    private const int WaySize = 160;

    private readonly List<TracedName> _names = [];
    private readonly Dictionary<(PyGlobal Name, GlobalUse Use), int> _places = [];
    private readonly HashSet<TraceWay> _ways = [];
    private readonly ChunkedList<TracedConstant> _constants = new();

    private PickleTrace(ReadLimits limits) => Limits = limits;

    /// <summary>Every name in each way that it is used, the first use first.</summary>
    internal IReadOnlyList<TracedName> Names => _names;

    internal int ConstantCount => _constants.Count;

    /// <summary>The first thing that Python would refuse, or null.</summary>
    internal string? Fault { get; private set; }

    internal int FaultOffset { get; private set; }

    /// <summary>The first frame that readers take differently, or null; see <see cref="PickleFrames"/>.</summary>
    internal string? HiddenFrame { get; private set; }

    internal int HiddenFrameOffset { get; private set; }

    /// <summary>Whether a reader comes to that frame without an error: any bytes look as if they had frames further on.</summary>
    internal bool ReachesHiddenFrame => HiddenFrame is not null && (Fault is null || HiddenFrameOffset < FaultOffset);

    /// <summary>The byte after the STOP, or where it cannot go on.</summary>
    internal int End { get; private set; }

    internal bool HasStopped { get; private set; }

    /// <summary>Whether a limit ended it, which says nothing of what the bytes are.</summary>
    internal bool IsOverLimit { get; private set; }

    /// <summary>The instructions that were followed, in all readings.</summary>
    internal long StepCount { get; private set; }

    /// <summary>The most memory that a reading took, in bytes.</summary>
    internal long Size { get; private set; }

    internal ReadLimits Limits { get; }

    /// <summary>The memory of what is kept of all readings, in bytes.</summary>
    internal unsafe long KeptSize => ((long)_names.Count * NameSize) + ((long)_ways.Count * WaySize) + ((long)_constants.Count * sizeof(TracedConstant));

    /// <summary>Follows the pickle at the start of bytes, of which others may follow it.</summary>
    internal static PickleTrace Of(ReadOnlySpan<byte> bytes, ReadLimits limits)
    {
        var trace = new PickleTrace(limits);
        var frames = new PickleFrames();
        var tracer = new PickleTracer(trace, bytes, PickleReading.WithoutFrames, frames);
        tracer.Run();
        (trace.HasStopped, trace.End) = (tracer.HasStopped, tracer.End);
        (trace.HiddenFrame, trace.HiddenFrameOffset) = (frames.Problem, frames.ProblemOffset);
        foreach (var reading in frames.OtherReadings(bytes.Length))
        {
            new PickleTracer(trace, bytes, reading, frames: null).Run();
        }

        return trace;
    }

    /// <summary>Texts and bytes that could be pickles themselves.</summary>
    internal IEnumerable<TracedConstant> Constants()
    {
        for (var i = 0; i < _constants.Count; i++)
        {
            yield return _constants[i];
        }
    }

    internal void Keep(TracedConstant constant) => _constants.Add(constant);

    /// <summary>Notes a use of a name; true if it is the first, and its arguments are asked for.</summary>
    internal bool Note(PyGlobal name, GlobalUse use, bool isReached, out int place)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (name, use), out var isKnown);
        if (!isKnown)
        {
            place = known = _names.Count;
            return true;
        }

        place = known;
        _names[place].Count++;
        _names[place].IsReached |= isReached;
        return false;
    }

    /// <summary>Notes with what a name is called.</summary>
    internal void NoteWay(int place, TraceHeap heap, TraceValue arguments)
    {
        Span<TraceValue> room = stackalloc TraceValue[TraceHeap.MaxItems];
        var items = heap.Items(arguments, room);
        var isKnown = arguments.Kind == TraceKind.Tuple && (arguments.Index == TraceValue.Empty || (arguments.HasItems && heap.Count(arguments) == items.Length));
        var name = _names[place];
        if (name.HasMoreWays || !_ways.Add(TraceWay.Of(place, isKnown ? items.Length : -1, isKnown ? items : [], heap)))
        {
            return;
        }

        if (name.Ways.Count == MaxWays)
        {
            name.HasMoreWays = true;
            return;
        }

        var way = new TracedArgument[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            way[i] = heap.Argument(items[i]);
        }

        name.Ways.Add(isKnown ? way : null);
    }

    /// <summary>Notes that something holds a name.</summary>
    internal void NoteHandedOn(PyGlobal name)
    {
        if (_places.TryGetValue((name, GlobalUse.Imported), out var place))
        {
            _names[place].IsHandedOn = true;
        }
    }

    internal bool WantsArguments => _names.Count < MaxArguments;

    internal void Add(TracedName name) => _names.Add(name);

    internal void NoteFault(string problem, int offset) => (Fault, FaultOffset) = Fault is null ? (problem, offset) : (Fault, FaultOffset);

    internal void NoteLimit(int offset)
    {
        IsOverLimit = true;
        NoteFault("the pickle is longer or deeper than the limits allow", offset);
    }

    internal void NoteWork(long steps, long size)
    {
        StepCount += steps;
        Size = Math.Max(Size, size);
    }
}
