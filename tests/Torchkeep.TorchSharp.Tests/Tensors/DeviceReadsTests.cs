using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>The way from a file to a device, over a device that stands in for one.</summary>
public class DeviceReadsTests
{
    private const int Piece = StagingDevice.PieceBytes;

    private static readonly int[] _lengths = [0, 1, 4, Piece - 4, Piece, Piece + 4, (9 * Piece) + 12, 3];

    [Fact]
    public void EveryByteArrives()
    {
        using var scope = NewDisposeScope();
        var sources = _lengths.Select(Bytes).ToList();
        var items = sources.ConvertAll(bytes => (View(bytes), zeros([bytes.Length], dtype: int8)));
        var device = new PlainDevice();

        DeviceReads.Run(items, device);

        Assert.All(items.Zip(sources), pair => Assert.Equal(pair.Second, pair.First.Item2.bytes.ToArray()));
        Assert.True(device.Pinned <= device.MaxPieces);
    }

    [Fact]
    public void ElementTypesAndOffsetsOfTheTargetsAreKept()
    {
        using var scope = NewDisposeScope();
        var bytes = Bytes(Piece + 16);
        var whole = zeros([(Piece / 8) + 4], dtype: complex64);
        var target = whole[1..^1];
        var view = new TensorView(new(new ArrayByteSource(bytes), "cpu"), ElementType.Complex64, [target.numel()], [1], 0);

        DeviceReads.Run([(view, target)], new PlainDevice());

        Assert.Equal(bytes, target.contiguous().bytes.ToArray());
        Assert.Equal(new byte[8], whole[0].bytes.ToArray());
        Assert.Equal(new byte[8], whole[^1].bytes.ToArray());
    }

    [Fact]
    public void APieceIsUsedAgainOnlyAfterTheDeviceHasCopiedIt()
    {
        using var scope = NewDisposeScope();
        var device = new PlainDevice();
        var source = new HookedByteSource(new byte[40 * Piece]);
        var waited = 0;
        device.OnWait = () => waited = source.Reads;

        source.OnRead = () => Assert.True(source.Reads - Volatile.Read(ref waited) <= 2 * device.MaxPieces);
        DeviceReads.Run([(new(new(source, "cpu"), ElementType.UInt8, [source.Length], [1], 0), zeros([source.Length], dtype: uint8))], device);

        Assert.True(device.Waits >= 40 / device.MaxPieces);
    }

    [Fact]
    public void TheFailureOfAReadIsThrownAsItWas()
    {
        using var scope = NewDisposeScope();
        var source = new HookedByteSource(new byte[20 * Piece]);
        source.OnRead = () => throw new IOException("the disk is gone");

        var error = Assert.Throws<IOException>(() => DeviceReads.Run(
            [(View(Bytes(3)), zeros([3], dtype: int8)), (new(new(source, "cpu"), ElementType.UInt8, [source.Length], [1], 0), zeros([source.Length], dtype: uint8))],
            new PlainDevice()));

        Assert.Equal("the disk is gone", error.Message);
    }

    [Fact]
    public void WhereTheDeviceFailsTheReadersEnd()
    {
        using var scope = NewDisposeScope();
        var device = new PlainDevice { Failure = new InvalidOperationException("no device") };

        var error = Assert.Throws<InvalidOperationException>(() => DeviceReads.Run([(View(Bytes(20 * Piece)), zeros([20 * Piece], dtype: int8))], device));

        Assert.Equal("no device", error.Message);
    }

    [Fact]
    public void ASaveReadsThroughTheWindow()
    {
        using var scope = NewDisposeScope();
        var device = new PlainDevice();
        using var window = new DeviceWindow(device);
        var bytes = Bytes((3 * Piece) + 8);
        using var source = new DeviceByteSource(tensor(bytes).view(-1), 1, window);
        using var other = new DeviceByteSource(arange(16, dtype: int32), sizeof(int), window);
        var random = new Random(5);

        for (var i = 0; i < 40; i++)
        {
            var offset = i == 0 ? 0 : random.Next(bytes.Length);
            var part = new byte[i == 0 ? bytes.Length : random.Next(bytes.Length - offset)];
            source.Read(offset, part);
            Assert.True(bytes.AsSpan(offset, part.Length).SequenceEqual(part), $"{part.Length} bytes at {offset}");
            var few = new byte[6];
            other.Read(5, few);
            Assert.Equal([0, 0, 0, 2, 0, 0], few);
        }

        Assert.Equal(2, device.Pinned);
    }

    [Fact]
    public void ASnapshotOfADeviceHasAllBytes()
    {
        using var scope = NewDisposeScope();
        var device = new PlainDevice();
        using var window = new DeviceWindow(device);
        foreach (var length in _lengths.Where(length => length > 0))
        {
            var bytes = Bytes(length);
            using var source = new DeviceByteSource(tensor(bytes), 1, window);
            using var copied = new CopiedByteSource(source);
            var found = new byte[length];

            copied.Read(0, found);

            Assert.Equal(bytes, found);
        }

        Assert.True(device.Pinned <= device.MaxPieces);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static TensorView View(byte[] bytes) => new(new(new ArrayByteSource(bytes), "cpu"), ElementType.Int8, [bytes.Length], [1], 0);

    private sealed class HookedByteSource(byte[] bytes) : ByteSource
    {
        private int _reads;

        internal int Reads => Volatile.Read(ref _reads);

        internal Action OnRead { get; set; } = () => { };

        public override long Length => bytes.Length;

        public override void Read(long offset, Span<byte> destination)
        {
            Interlocked.Increment(ref _reads);
            OnRead();
            bytes.AsSpan(checked((int)offset), destination.Length).CopyTo(destination);
        }
    }
}
