namespace Torchkeep.Pickle;

/// <summary>What a trace knows of a value.</summary>
internal enum TraceKind : byte
{
    /// <summary>No value at all: a memo entry that was never put.</summary>
    Absent,

    /// <summary>Nothing is known: a number, None, what is kept outside.</summary>
    Unknown,

    /// <summary>A <c>str</c>; the index is that of a constant.</summary>
    Text,

    /// <summary>A <c>bytes</c>; the index is that of a constant.</summary>
    Bytes,

    /// <summary>What a name stands for; the index is that of the name.</summary>
    Name,

    /// <summary>A tuple; the index is that of its items, as for all kinds that follow.</summary>
    Tuple,

    /// <summary>A list or set.</summary>
    List,

    /// <summary>A dictionary, whose items are key, value, key, value.</summary>
    Dict,

    /// <summary>What a call gave.</summary>
    Object,

    /// <summary><c>functools.partial</c>: the callable, then its arguments.</summary>
    Partial,

    /// <summary><c>operator.attrgetter</c>: the names of attributes.</summary>
    AttributeGetter,

    /// <summary><c>operator.itemgetter</c>: the keys.</summary>
    ItemGetter,

    /// <summary><c>operator.methodcaller</c>: the name of the method, then its arguments.</summary>
    MethodCaller,
}
