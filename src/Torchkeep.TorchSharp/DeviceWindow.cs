using static TorchSharp.torch;

namespace Torchkeep;

/// <summary>
/// The two pieces of page-locked memory by way of which a save fetches what is on another device: while one is written to
/// the file, the device fills the other. All storages of a save share them.
/// </summary>
internal sealed class DeviceWindow(StagingDevice device) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Tensor> _memory = [];
    private readonly (DeviceByteSource? Source, long Start, int Length)[] _slots = new (DeviceByteSource?, long, int)[2];
    private bool _isPending;

    public void Dispose() => _memory.ForEach(memory => memory.Dispose());

    /// <summary>Reads a part of a storage; from several threads one after the other.</summary>
    internal unsafe void Read(DeviceByteSource source, long offset, Span<byte> destination)
    {
        lock (_lock)
        {
            while (!destination.IsEmpty)
            {
                var index = Find(source, offset);
                if (index < 0)
                {
                    Begin(index = 0, source, offset);
                }

                if (_isPending)
                {
                    device.Synchronize(source.Device);
                    _isPending = false;
                }

                var slot = _slots[index];
                var next = slot.Start + slot.Length;
                if (next < source.Length && Find(source, next) < 0)
                {
                    Begin(1 - index, source, next);
                }

                var from = (int)(offset - slot.Start);
                var count = Math.Min(slot.Length - from, destination.Length);
                new ReadOnlySpan<byte>((byte*)Native.Data(Memory(index)) + from, count).CopyTo(destination);
                destination = destination[count..];
                offset += count;
            }
        }
    }

    /// <summary>Reads a whole storage into memory: while pieces are copied there by many threads, the device fills the next ones.</summary>
    internal unsafe void ReadAll(DeviceByteSource source, byte* destination)
    {
        var pieces = (source.Length + StagingDevice.PieceBytes - 1) / StagingDevice.PieceBytes;
        var perTurn = (int)Math.Min(pieces, device.MaxPieces / 2);
        Fetch(0);
        for (long turn = 0; turn * perTurn < pieces; turn++)
        {
            device.Synchronize(source.Device);
            Fetch(turn + 1);
            var count = (int)Math.Min(perTurn, pieces - (turn * perTurn));
            var starts = Enumerable.Range(0, count).Select(i => Native.Data(TurnMemory(turn, i))).ToArray();
            Parallel.For(0, count, i =>
            {
                var (offset, length) = Piece(turn, i);
                Buffer.MemoryCopy((byte*)starts[i], destination + offset, length, length);
            });
        }

        (long Offset, long Length) Piece(long turn, int i)
        {
            var offset = ((turn * perTurn) + i) * StagingDevice.PieceBytes;
            return (offset, Math.Min(StagingDevice.PieceBytes, source.Length - offset));
        }

        void Fetch(long turn)
        {
            for (var i = 0; i < perTurn && Piece(turn, i) is { Length: > 0 } piece; i++)
            {
                source.Begin(TurnMemory(turn, i), piece.Offset, piece.Length);
            }
        }

        Tensor TurnMemory(long turn, int i) => Memory((int)(turn % 2 * perTurn) + i);
    }

    private Tensor Memory(int index)
    {
        while (_memory.Count <= index)
        {
            _memory.Add(device.Pin(StagingDevice.PieceBytes).DetachFromDisposeScope());
        }

        return _memory[index];
    }

    private int Find(DeviceByteSource source, long offset) =>
        Array.FindIndex(_slots, slot => slot.Source == source && offset >= slot.Start && offset < slot.Start + slot.Length);

    private void Begin(int index, DeviceByteSource source, long start)
    {
        ref var slot = ref _slots[index];
        slot = (source, start - (start % StagingDevice.PieceBytes), 0);
        slot.Length = (int)Math.Min(StagingDevice.PieceBytes, source.Length - slot.Start);
        source.Begin(Memory(index), slot.Start, slot.Length);
        _isPending = true;
    }
}
