using Torchkeep.IO;

namespace Torchkeep;

/// <summary>
/// A contiguous tensor cut into pieces that several threads read at once, in any order: made by
/// <see cref="TensorView.InPieces"/>. It holds no bytes. Every piece is meant to be read once. Where the file has a checksum
/// over the tensor's storage and the tensor is all of it, the pieces are checked on the way: the read that ends last compares
/// the checksum, and fails if it is wrong. So the bytes are known to be right when all pieces have been read, and not before.
/// </summary>
public sealed class TensorPieces
{
    private readonly TensorView _view;
    private readonly PiecePass? _pass;
    private readonly int _pieceBytes;

    internal TensorPieces(TensorView view, int pieceBytes)
    {
        _view = view;
        _pieceBytes = pieceBytes;
        Count = checked((int)((view.ByteLength + pieceBytes - 1) / pieceBytes));
        _pass = Count > 1 && view.ByteLength == view.Storage.ByteLength ? view.Storage.Bytes.Pass(pieceBytes) : null;
    }

    /// <summary>The number of pieces; none of a tensor without elements.</summary>
    public int Count { get; }

    /// <summary>Where a piece starts among the tensor's <see cref="TensorView.ByteLength"/> bytes.</summary>
    /// <param name="index">From 0.</param>
    public long StartOf(int index) => (long)index * _pieceBytes;

    /// <summary>The bytes of a piece: the same for all but the last.</summary>
    /// <param name="index">From 0.</param>
    public int LengthOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (int)Math.Min(_pieceBytes, _view.ByteLength - StartOf(index));
    }

    /// <summary>Reads one piece, as <see cref="TensorView.ReadBytes"/>; on any thread.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="destination">Filled completely; as long as the piece.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such piece, or the destination has another length.</exception>
    /// <exception cref="InvalidCheckpointException">The bytes are missing, or this read ended last and their checksum is wrong.</exception>
    /// <exception cref="UnsupportedCheckpointException">The tensor has no bytes.</exception>
    public void Read(int index, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, LengthOf(index));
        if (_pass is null)
        {
            _view.ReadBytes(destination, StartOf(index));
        }
        else
        {
            _view.ReadPiece(_pass, StartOf(index), destination);
        }
    }
}
