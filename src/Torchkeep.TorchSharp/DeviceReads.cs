using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>
/// Fills tensors of another device from a file. Threads read pieces into page-locked memory, and the calling thread, which
/// alone calls libtorch, has the device copy them from there while the next pieces are read. There is no second copy of a
/// tensor in the machine's memory beyond those pieces.
/// </summary>
internal sealed class DeviceReads : IDisposable
{
    private readonly StagingDevice _device;
    private readonly IReadOnlyList<(TensorView Source, Tensor Target)> _items;
    private readonly List<(int Item, long Offset, int Length)> _pieces;
    private readonly List<Tensor> _slots = [];
    private readonly BlockingCollection<int> _free = [];
    private readonly BlockingCollection<(int Slot, int Piece)> _filled = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SortedList<int, Exception> _failures = [];
    private int _next = -1;

    private DeviceReads(IReadOnlyList<(TensorView Source, Tensor Target)> items, StagingDevice device)
    {
        (_items, _device) = (items, device);
        _pieces = [.. Cut(items)];
    }

    public void Dispose()
    {
        _slots.ForEach(slot => slot.Dispose());
        _free.Dispose();
        _filled.Dispose();
        _stop.Dispose();
    }

    /// <summary>Reads all; the failure of the first piece in order is thrown, and what the tensors have is then undefined.</summary>
    /// <param name="items">Views, and row-major tensors of the same elements in the same number.</param>
    /// <param name="device">Where the tensors are.</param>
    internal static void Run(IReadOnlyList<(TensorView Source, Tensor Target)> items, StagingDevice device)
    {
        // A part of a storage is given out only once the whole is checked, and each storage is checked by one thread.
        ParallelReads.Run(
            [.. items.Where(item => item.Source.ByteLength > StagingDevice.PieceBytes).DistinctBy(item => item.Source.Storage)],
            item => item.Source.Verify());
        using var reads = new DeviceReads(items, device);
        reads.Run();
    }

    private static IEnumerable<(int Item, long Offset, int Length)> Cut(IReadOnlyList<(TensorView Source, Tensor Target)> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            for (long done = 0; done < items[i].Source.ByteLength; done += StagingDevice.PieceBytes)
            {
                yield return (i, done, (int)Math.Min(StagingDevice.PieceBytes, items[i].Source.ByteLength - done));
            }
        }
    }

    private void Run()
    {
        if (_pieces.Count == 0)
        {
            return;
        }

        var largest = _pieces.Max(piece => piece.Length);
        List<nint> memory = [];
        for (var slot = 0; slot < Math.Min(_pieces.Count, _device.MaxPieces); slot++)
        {
            _slots.Add(_device.Pin(largest));
            memory.Add(Native.Data(_slots[slot]));
            _free.Add(slot);
        }

        var readers = Task.WhenAll(Enumerable.Range(0, Math.Min(_pieces.Count, Environment.ProcessorCount)).Select(_ => Task.Run(() => Read(memory))))
            .ContinueWith(_ => _filled.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            Copy();
        }
        finally
        {
            _stop.Cancel();
            readers.Wait();
        }

        if (_failures.Count > 0)
        {
            ExceptionDispatchInfo.Throw(_failures.Values[0]);
        }
    }

    // One of the readers: until no piece is left, or one has failed.
    private unsafe void Read(List<nint> memory)
    {
        try
        {
            while (Interlocked.Increment(ref _next) is var piece && piece < _pieces.Count)
            {
                var slot = _free.Take(_stop.Token);
                var (item, offset, length) = _pieces[piece];
                try
                {
                    _items[item].Source.ReadBytes(new Span<byte>((byte*)memory[slot], length), offset);
                }
                catch (Exception error)
                {
                    lock (_failures)
                    {
                        _failures.Add(piece, error);
                    }

                    _stop.Cancel();
                    return;
                }

                _filled.Add((slot, piece));
            }
        }
        catch (OperationCanceledException)
        {
            // Another reader has failed, or the device has.
        }
    }

    private void Copy()
    {
        using var scope = NewDisposeScope();
        List<Tensor> targets = [.. _items.Select(item => item.Target.as_strided([item.Target.numel()], [1], item.Target.storage_offset()))];
        var devices = _items.Select(item => item.Target.device).DistinctBy(device => device.ToString()).ToList();
        List<int> busy = [];
        foreach (var first in _filled.GetConsumingEnumerable())
        {
            for (var filled = first; ;)
            {
                Begin(targets, filled);
                busy.Add(filled.Slot);
                if (!_filled.TryTake(out filled))
                {
                    break;
                }
            }

            devices.ForEach(_device.Synchronize);
            busy.ForEach(_free.Add);
            busy.Clear();
        }
    }

    private void Begin(List<Tensor> targets, (int Slot, int Piece) filled)
    {
        var (item, offset, length) = _pieces[filled.Piece];
        var size = targets[item].element_size();
        using var target = targets[item].narrow(0, offset / size, length / size);
        using var source = RawTensor.Over(Native.Data(_slots[filled.Slot]), [length / size], target.dtype);
        _ = target.copy_(source, nonBlocking: true);
    }
}
