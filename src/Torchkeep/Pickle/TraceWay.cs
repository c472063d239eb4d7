namespace Torchkeep.Pickle;

/// <summary>The kinds and names of a call's arguments, packed to be compared; four bytes for each of the first ones.</summary>
internal readonly record struct TraceWay(int Place, int Count, ulong First, ulong Second, ulong Third, ulong Fourth)
{
    private const int KindBits = 4;

    /// <summary>Packs arguments, of which there are at most <see cref="TraceHeap.MaxItems"/>.</summary>
    internal static TraceWay Of(int place, int count, ReadOnlySpan<TraceValue> items, TraceHeap heap)
    {
        Span<ulong> packed = stackalloc ulong[TraceHeap.MaxItems / 2];
        packed.Clear();
        for (var i = 0; i < items.Length; i++)
        {
            var name = items[i].Kind == TraceKind.Name ? items[i].Index + 1 : heap.ClassIndex(items[i]) + 1;
            packed[i / 2] |= (ulong)(((uint)name << KindBits) | (uint)items[i].Kind) << (i % 2 * 32);
        }

        return new(place, count, packed[0], packed[1], packed[2], packed[3]);
    }
}
