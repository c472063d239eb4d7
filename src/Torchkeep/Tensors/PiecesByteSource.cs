using Torchkeep.IO;

namespace Torchkeep.Tensors;

/// <summary>Parts of other sources one after another, each at a place of its own; what lies between them is zero.</summary>
internal sealed class PiecesByteSource(IReadOnlyList<PiecesByteSource.Piece> pieces, long length, string? name) : ByteSource
{
    public override long Length => length;

    public override string? Name => name;

    public override void Read(long offset, Span<byte> destination)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        destination.Clear();
        for (var i = FirstAfter(offset); i < pieces.Count && pieces[i].Start < offset + destination.Length; i++)
        {
            var (from, range) = Overlap(pieces[i], offset, destination.Length);
            pieces[i].Bytes.Read(from, destination[range]);
        }
    }

    public override async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        IOThrow.CheckRange(this, offset, destination.Length);
        cancellationToken.ThrowIfCancellationRequested();
        destination.Span.Clear();
        for (var i = FirstAfter(offset); i < pieces.Count && pieces[i].Start < offset + destination.Length; i++)
        {
            var (from, range) = Overlap(pieces[i], offset, destination.Length);
            await pieces[i].Bytes.ReadAsync(from, destination[range], cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Verify(CancellationToken cancellationToken = default)
    {
        foreach (var (_, bytes) in pieces)
        {
            bytes.Verify(cancellationToken);
        }
    }

    // Where in a piece the bytes of a range begin, and where in the range they go.
    private static (long From, Range Range) Overlap(Piece piece, long offset, int count)
    {
        var from = Math.Max(piece.Start, offset);
        var to = Math.Min(piece.Start + piece.Bytes.Length, offset + count);
        return (from - piece.Start, (int)(from - offset)..(int)(to - offset));
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
