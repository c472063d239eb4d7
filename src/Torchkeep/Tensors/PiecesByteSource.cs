namespace Torchkeep.Tensors;

/// <summary>Parts of other sources one after another, each at a place of its own; what lies between them is zero.</summary>
internal sealed class PiecesByteSource(IReadOnlyList<PiecesByteSource.Piece> pieces, long length, string? name) : ByteSource
{
    public override long Length => length;

    public override string? Name => name;

    public override void Read(long offset, Span<byte> destination)
    {
        IO.IOThrow.CheckRange(this, offset, destination.Length);
        destination.Clear();
        var end = offset + destination.Length;
        for (var i = FirstAfter(offset); i < pieces.Count && pieces[i].Start < end; i++)
        {
            var (start, bytes) = pieces[i];
            var from = Math.Max(start, offset);
            var to = Math.Min(start + bytes.Length, end);
            bytes.Read(from - start, destination[(int)(from - offset)..(int)(to - offset)]);
        }
    }

    public override void Verify(CancellationToken cancellationToken = default)
    {
        foreach (var (_, bytes) in pieces)
        {
            bytes.Verify(cancellationToken);
        }
    }

    // The first piece that ends after an offset.
    private int FirstAfter(long offset)
    {
        var (low, high) = (0, pieces.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = pieces[middle].Start + pieces[middle].Bytes.Length > offset ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>A part.</summary>
    /// <param name="Start">Where it comes to lie.</param>
    /// <param name="Bytes">All of it.</param>
    internal readonly record struct Piece(long Start, ByteSource Bytes);
}
