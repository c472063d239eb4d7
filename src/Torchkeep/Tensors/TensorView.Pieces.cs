using Torchkeep.IO;

namespace Torchkeep;

/// <content>Reading and checking by several threads.</content>
public sealed unsafe partial class TensorView
{
    private const int CheckedPieceBytes = 4 << 20;
    private const int LargestElement = 16;

    /// <summary>
    /// Cuts the tensor into pieces for several threads to read, each into a place of its own: into parts of one array, or into
    /// buffers that are copied on to a device. Nothing is read yet.
    /// </summary>
    /// <param name="pieceBytes">The bytes of every piece but the last; a multiple of 16, so that no element is cut.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="pieceBytes"/> is not positive or not a multiple of 16.</exception>
    /// <exception cref="InvalidOperationException">The tensor is not contiguous: its pieces would each read all of the storage.</exception>
    public TensorPieces InPieces(int pieceBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pieceBytes % LargestElement, 0);
        return IsContiguous
            ? new(this, pieceBytes)
            : throw new InvalidOperationException($"a tensor of shape {Tensors.TensorLayout.Format(Shape.AsSpan())} that is not contiguous cannot be read in pieces");
    }

    /// <summary>
    /// Does what <see cref="Verify"/> does for many tensors, by all processors: a large storage is checked by several at once.
    /// Storages that tensors share are checked once. Keeps nothing; where a storage has more than 4 MiB, each processor has a buffer of that.
    /// </summary>
    /// <param name="views">The tensors.</param>
    /// <param name="cancellationToken">Stops the passes.</param>
    /// <exception cref="InvalidCheckpointException">The bytes of one are missing or fail their checksum; of several, that of the first in order is said.</exception>
    /// <exception cref="UnsupportedCheckpointException">A tensor has no bytes.</exception>
    public static void VerifyAll(IEnumerable<TensorView> views, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(views);
        var work = new WorkList();
        var bufferBytes = 0;
        foreach (var view in views.DistinctBy(view => view.Storage))
        {
            var bytes = view.Storage.Bytes;
            if (bytes.Length > CheckedPieceBytes && bytes.Pass(CheckedPieceBytes) is { Checks: true } pass)
            {
                bufferBytes = CheckedPieceBytes;
                for (long offset = 0; offset < bytes.Length; offset += CheckedPieceBytes)
                {
                    var (start, length) = (offset, (int)Math.Min(CheckedPieceBytes, bytes.Length - offset));
                    work.Add(length, buffer => view.Named(() => pass.Read(start, buffer.Span[..length])));
                }
            }
            else
            {
                work.Add(bytes.Length, _ => view.Verify(cancellationToken));
            }
        }

        work.Run(bufferBytes, cancellationToken);
    }

    /// <summary>Reads a piece of a storage that is all this tensor, in the machine's byte order.</summary>
    internal void ReadPiece(PiecePass pass, long offset, Span<byte> destination)
    {
        CheckReadable();
        try
        {
            pass.Read(offset, destination);
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = Name;
            throw;
        }

        Resolve(destination);
    }

    private void Named(Action read)
    {
        try
        {
            read();
        }
        catch (CheckpointException error) when (error.TensorName is null)
        {
            error.TensorName = Name;
            throw;
        }
    }
}
