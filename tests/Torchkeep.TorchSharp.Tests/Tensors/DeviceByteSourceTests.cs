using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>What a save reads from another device, here from a tensor on this one.</summary>
public class DeviceByteSourceTests
{
    [Theory]
    [InlineData(ElementType.UInt8)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Complex128)]
    [InlineData(ElementType.Float8E4M3Fn)]
    public void AnyRangeIsRead(ElementType type)
    {
        var size = ElementTypeInfo.Of(type).ByteSize;
        var tensor = empty([4, 3], ElementTypeMap.ToScalar(type));
        var bytes = Enumerable.Range(1, 12 * size).Select(value => (byte)value).ToArray();
        bytes.CopyTo(tensor.bytes);
        using var source = new DeviceByteSource(tensor, size);

        Assert.Equal(bytes.Length, source.Length);
        for (var offset = 0; offset <= bytes.Length; offset++)
        {
            for (var length = 0; length <= bytes.Length - offset; length++)
            {
                var read = new byte[length];
                source.Read(offset, read);
                Assert.Equal(bytes[offset..(offset + length)], read);
            }
        }
    }

    [Fact]
    public void TheWholeStorageOfAViewIsRead()
    {
        var whole = arange(6, dtype: int16);
        using var source = new DeviceByteSource(whole[4..], sizeof(short));
        var read = new byte[12];

        source.Read(0, read);

        Assert.Equal(Bits.Of(whole), read);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 25)]
    [InlineData(24, 1)]
    [InlineData(long.MaxValue, 1)]
    public void WhatLiesOutsideIsRefused(long offset, int length)
    {
        using var source = new DeviceByteSource(arange(6, dtype: int32), sizeof(int));

        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(offset, new byte[length]));
    }

    [Fact]
    public void AnEmptyStorageIsRead()
    {
        using var source = new DeviceByteSource(empty([0]), sizeof(float));

        source.Read(0, []);

        Assert.Equal(0, source.Length);
    }

    [Fact]
    public void ASaveReadsEveryByteOnceAndNeverMuchAtATime()
    {
        var tensor = rand(3 << 20);
        using var counted = new CountingByteSource(new DeviceByteSource(tensor, sizeof(float)));
        var stream = new MemoryStream();

        Checkpoint.Save(new TensorView(new(counted), ElementType.Float32, tensor.shape), stream, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(12 << 20, counted.Reads.Sum());
        Assert.InRange(counted.Reads.Max(), 1, 8 << 20);
        using var loaded = InMemory.Load(stream.ToArray());
        Assert.Equal(Bits.Of(tensor), Bits.Of(loaded.tensor()));
    }

    [Fact]
    public void NothingIsLeftInTheScopeOfASave()
    {
        using var scope = NewDisposeScope();
        var tensor = ones(4, requires_grad: true);

        using (var source = new DeviceByteSource(tensor, sizeof(float)))
        {
            source.Read(3, new byte[7]);
        }

        Assert.Equal(1, scope.DisposablesCount);
    }
}
