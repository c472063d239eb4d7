using System.Runtime.InteropServices;

namespace Torchkeep.TorchSharp.Tests.Devices;

/// <summary>The way of bytes from a file to a device, here to <see cref="LateDevice"/>.</summary>
public sealed unsafe class TransfersTests : IDisposable
{
    private const int BufferBytes = 1024;

    private static readonly StagingShape _shape = new() { Lanes = 3, BuffersPerLane = 2, BufferBytes = BufferBytes, IdleMilliseconds = 60_000 };

    private readonly LateDevice _device = new();
    private readonly StagingPool _pool;
    private readonly List<nint> _memory = [];

    public TransfersTests() => _pool = new(_device, _shape);

    public void Dispose()
    {
        _pool.Dispose();
        _memory.ForEach(start => NativeMemory.Free((void*)start));
        Assert.Equal(0, _device.Pinned);
    }

    [Fact]
    public void EveryByteArrivesAndNothingIsOnItsWayAfterwards()
    {
        int[] lengths = [0, 1, 16, BufferBytes - 1, BufferBytes, BufferBytes + 1, 0, 5 * BufferBytes, (1 << 22) + 3, .. Enumerable.Range(1, 200)];
        var transfers = lengths.Select((length, i) => To(Bytes(length, i), device: 0)).ToList();

        Transfers.Run(transfers.ConvertAll(entry => entry.Transfer), _pool);

        Assert.All(transfers, Arrived);
        Assert.Equal(0, _device.Pending);
    }

    [Fact]
    public void MemoryHasABoundWhateverIsOnItsWay()
    {
        var transfers = Enumerable.Range(0, 40).Select(i => To(Bytes((1 << 20) + i, i), device: i % 2)).ToList();

        Parallel.ForEach(transfers.Chunk(10), chunk => Transfers.Run([.. chunk.Select(entry => entry.Transfer)], _pool));

        Assert.All(transfers, Arrived);
        Assert.InRange(_device.MostPinned, BufferBytes, (long)_shape.Lanes * _shape.BuffersPerLane * BufferBytes);
        Assert.InRange(_pool.Count, 1, _shape.Lanes);
    }

    [Fact]
    public void SmallTensorsShareBuffers()
    {
        var transfers = Enumerable.Range(0, 1000).Select(i => To(Bytes(64, i), device: 0)).ToList();

        Transfers.Run(transfers.ConvertAll(entry => entry.Transfer), _pool);

        Assert.All(transfers, Arrived);
        Assert.Equal(1000, _device.Copies);
        Assert.Equal(_shape.BuffersPerLane * BufferBytes, _device.MostPinned);
    }

    [Fact]
    public void DevicesAndThisMachineAreFilledTogether()
    {
        var transfers = Enumerable.Range(0, 30).Select(i => To(Bytes(100_000 + i, i), device: (i % 3) - 1)).ToList();

        Transfers.Run(transfers.ConvertAll(entry => entry.Transfer), _pool);

        Assert.All(transfers, Arrived);
    }

    [Fact]
    public void TheFirstFailureInOrderIsThrownWhenNothingIsOnItsWay()
    {
        for (var run = 0; run < 20; run++)
        {
            var transfers = Enumerable.Range(0, 50).Select(i => To(i is 20 or 30 ? new Failing($"{i}") : Bytes(200_000, i), device: 0).Transfer).ToList();

            var error = Assert.Throws<IOException>(() => Transfers.Run(transfers, _pool));

            Assert.Equal("20", error.Message);
            Assert.Equal(0, _device.Pending);
        }

        // The lanes are there for others.
        var after = To(Bytes(500_000, 1), device: 0);
        Transfers.Run([after.Transfer], _pool);
        Arrived(after);
    }

    [Fact]
    public void AFailingCopyEndsTheRunAndNotThePool()
    {
        _device.OnCopy = () => throw new ExternalException("no");

        Assert.Throws<ExternalException>(() => Transfers.Run([To(Bytes(500_000, 1), device: 0).Transfer], _pool));

        _device.OnCopy = null;
        var after = To(Bytes(500_000, 1), device: 0);
        Transfers.Run([after.Transfer], _pool);
        Arrived(after);
    }

    [Fact]
    public void TheWayBackGivesEveryByte()
    {
        foreach (var length in new[] { 1, BufferBytes - 1, BufferBytes, BufferBytes + 1, 2 * BufferBytes, (2 * BufferBytes) + 1, 100_001 })
        {
            var expected = new byte[length];
            Random.Shared.NextBytes(expected);
            var there = Memory(length);
            expected.CopyTo(new Span<byte>((void*)there, length));
            var received = new byte[length];

            var lane = _pool.Rent(1);
            lane.Receive(there, received);
            _pool.Return(lane);

            Assert.Equal(expected, received);
            Assert.Equal(0, _device.Pending);
        }
    }

    [Fact]
    public void AnIdlePoolGivesItsMemoryBack()
    {
        using var pool = new StagingPool(_device, _shape with { IdleMilliseconds = 1 });
        pool.Return(pool.Rent(0));

        Assert.True(SpinWait.SpinUntil(() => pool.Count == 0, TimeSpan.FromSeconds(30)));
        Assert.Equal(0, _device.Pinned);
    }

    private static ArrayByteSource Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return new(bytes);
    }

    private static void Arrived((Transfer Transfer, ByteSource Source) entry)
    {
        var expected = new byte[entry.Source.Length];
        entry.Source.Read(0, expected);
        Assert.True(expected.AsSpan().SequenceEqual(new((void*)entry.Transfer.Destination, expected.Length)));
    }

    private nint Memory(int length)
    {
        _memory.Add((nint)NativeMemory.AllocZeroed((nuint)Math.Max(length, 1)));
        return _memory[^1];
    }

    private (Transfer Transfer, ByteSource Source) To(ByteSource source, int device) =>
        (new(new(new TensorStorage(source), ElementType.UInt8, [source.Length]), Memory((int)source.Length), device), source);

    /// <summary>Bytes that cannot be read.</summary>
    private sealed class Failing(string message) : ByteSource
    {
        public override long Length => 200_000;

        public override void Read(long offset, Span<byte> destination) => throw new IOException(message);
    }
}
