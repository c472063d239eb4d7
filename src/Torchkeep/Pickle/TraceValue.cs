namespace Torchkeep.Pickle;

/// <summary>A value of a trace, in eight bytes: a kind, and where the <see cref="TraceHeap"/> has more of it.</summary>
internal readonly struct TraceValue(TraceKind kind, int index, byte depth = 0)
{
    /// <summary>The index of a container that has nothing in it. Most stay so, and need no place of their own.</summary>
    internal const int Empty = -1;

    /// <summary>The index of a tuple that has things in it of which nothing is known.</summary>
    internal const int Opaque = -2;

    internal static TraceValue Unknown { get; } = new(TraceKind.Unknown, 0);

    internal static TraceValue NewObject { get; } = new(TraceKind.Object, Empty);

    internal int Index { get; } = index;

    internal TraceKind Kind { get; } = kind;

    /// <summary>How many tuples lie in one another in a tuple.</summary>
    internal byte Depth { get; } = depth;

    internal bool IsContainer => Kind >= TraceKind.Tuple;

    /// <summary>Whether the items are known; of a tuple with <see cref="Opaque"/> items they are not.</summary>
    internal bool HasItems => IsContainer && Index >= 0;
}
