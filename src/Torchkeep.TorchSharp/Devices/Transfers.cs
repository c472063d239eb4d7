using System.Diagnostics;

namespace Torchkeep;

/// <summary>
/// Moves bytes of files to where tensors have them, by as many threads as there are processors. What is large is cut into
/// pieces, and threads take what is next in order, by bytes and not by tensors. For a device each thread reads a piece into a
/// pinned buffer, begins its copy and reads the next piece meanwhile. No thread calls libtorch, whose tensors belong to the
/// thread that makes them.
/// </summary>
internal static unsafe class Transfers
{
    private const int HerePieceBytes = 8 << 20;

    // So that several threads share many small tensors.
    private const int MaxPartsOfABatch = 1024;

    // A thread costs more than reading fewer bytes.
    private const long BytesWorthAThread = 1 << 20;

    /// <summary>
    /// Runs all, unless one fails: then those that have not begun are left out, and the failure of the first in order is
    /// thrown. When it returns or throws, nothing is on its way any more.
    /// </summary>
    /// <param name="transfers">What is moved.</param>
    /// <param name="pool">Needed where one of them goes to a device.</param>
    internal static void Run(IReadOnlyList<Transfer> transfers, StagingPool? pool)
    {
        if (transfers.Count == 0)
        {
            return;
        }

        foreach (var device in transfers.Select(transfer => transfer.Device).Where(device => device != Transfer.Here).Distinct())
        {
            // What was queued before may still use the memory.
            var before = pool!.Copies.Enter(device);
            pool.Copies.WaitForDevice();
            _ = pool.Copies.Enter(before);
        }

        var batches = Cut(transfers, pool?.Shape);
        var bytes = transfers.Sum(transfer => transfer.Source.ByteLength);
        var isHere = transfers.All(transfer => transfer.Device == Transfer.Here);
        var threads = Math.Min(1 + (bytes / BytesWorthAThread), isHere ? Environment.ProcessorCount : pool!.Shape.Lanes);
        Workers.Run(batches, (int)threads, isHere, () => new TransferWorker(pool));
    }

    // Batches of about the bytes of a piece: one of them, or many small tensors.
    private static List<TransferBatch> Cut(IReadOnlyList<Transfer> transfers, StagingShape? shape)
    {
        List<TransferBatch> batches = [];
        var (batch, bytes) = (new TransferBatch(), 0L);
        foreach (var transfer in transfers)
        {
            var size = transfer.Device == Transfer.Here ? HerePieceBytes : shape!.BufferBytes;
            var pieces = transfer.Source.IsContiguous ? transfer.Source.InPieces(size) : null;
            for (var i = 0; i < (pieces?.Count ?? 1); i++)
            {
                var length = pieces?.LengthOf(i) ?? transfer.Source.ByteLength;
                if (batch.Count == MaxPartsOfABatch || (bytes + length > size && batch.Count > 0))
                {
                    batches.Add(batch);
                    (batch, bytes) = (new(), 0);
                }

                batch.Add((transfer, pieces, i));
                bytes += length;
            }
        }

        if (batch.Count > 0)
        {
            batches.Add(batch);
        }

        return batches;
    }

    /// <summary>Pieces that one thread reads one after another; without pieces, all of a tensor that is not contiguous.</summary>
    private sealed class TransferBatch : List<(Transfer Transfer, TensorPieces? Pieces, int Index)>;

    /// <summary>One thread's work.</summary>
    private sealed class TransferWorker(StagingPool? pool) : IWorker<TransferBatch>
    {
        private StagingLane? _lane;

        public void Do(TransferBatch batch)
        {
            foreach (var (transfer, pieces, i) in batch)
            {
                if (pieces is null)
                {
                    TensorReader.Fill(transfer.Destination, transfer.Source);
                }
                else if (transfer.Device == Transfer.Here)
                {
                    pieces.Read(i, new((byte*)transfer.Destination + pieces.StartOf(i), pieces.LengthOf(i)));
                }
                else
                {
                    Send(transfer, pieces, i);
                }
            }
        }

        public void Dispose()
        {
            if (_lane is { } lane)
            {
                var since = Stopwatch.GetTimestamp();
                _lane = null;
                pool!.Return(lane);
                TransferTimes.AddEnded(ref since);
            }
        }

        private void Send(Transfer transfer, TensorPieces pieces, int i)
        {
            if (_lane?.Device != transfer.Device)
            {
                Dispose();
                var asked = Stopwatch.GetTimestamp();
                _lane = pool!.Rent(transfer.Device);
                TransferTimes.AddRented(ref asked);
            }

            var since = Stopwatch.GetTimestamp();
            var buffer = _lane.Reserve(pieces.LengthOf(i));
            TransferTimes.AddSent(ref since);
            pieces.Read(i, buffer);
            TransferTimes.AddRead(ref since);
            _lane.Send(transfer.Destination + (nint)pieces.StartOf(i), buffer.Length);
            TransferTimes.AddSent(ref since);
        }
    }
}
