namespace Torchkeep.Pickle;

/// <summary>A list that grows piece by piece: nothing is copied, and no piece is much larger than what is in it.</summary>
internal sealed class ChunkedList<T>
    where T : unmanaged
{
    private const int FirstSize = 64;
    private const int ChunkBits = 14;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly List<T[]> _chunks = [];

    internal int Count { get; private set; }

    internal ref T this[int index] => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    internal void Add(T item)
    {
        var chunk = Count >> ChunkBits;
        var place = Count & (ChunkSize - 1);
        if (chunk == _chunks.Count)
        {
            _chunks.Add(new T[chunk == 0 ? FirstSize : ChunkSize]);
        }
        else if (place == _chunks[chunk].Length)
        {
            var larger = _chunks[chunk];
            Array.Resize(ref larger, 2 * place);
            _chunks[chunk] = larger;
        }

        _chunks[chunk][place] = item;
        Count++;
    }

    internal void RemoveFrom(int index) => Count = index;
}
