using System.Buffers.Binary;
using System.Numerics;
using CsCheck;
using Torchkeep.Tensors;

namespace Torchkeep.Tests.Tensors;

public class TensorViewTests
{
    public static TheoryData<ElementType> Complexes => [.. Enum.GetValues<ElementType>().Where(type => ElementTypeInfo.Of(type).IsComplex)];

    [Fact]
    public void AnyRangeOfAnyViewIsRead() =>
        (from view in RandomView.Any
         let count = view.Expected.Length / view.Size
         from first in Gen.Int[0, count]
         from length in Gen.Int[0, count - first]
         select (view, first, length)).Sample(
            sample =>
            {
                var (view, first, length) = sample;
                var destination = new byte[length * view.Size];

                view.View.ReadBytes(destination, first * view.Size);

                Assert.Equal(view.Expected.AsSpan(first * view.Size, length * view.Size).ToArray(), destination);
            },
            iter: 5_000);

    [Fact]
    public void OnlyTheStorageBetweenTheWantedElementsIsRead()
    {
        // A column of a matrix of 100 x 10: the elements 3 to 6 of it lie between the bytes 35 and 65.
        var source = new CountingByteSource(new byte[1000]);
        var column = new TensorView(new TensorStorage(source), ElementType.UInt8, [100], [10], 5);

        column.ReadBytes(new byte[4], 3);

        Assert.Equal([(35L, 31)], source.Reads);
    }

    [Fact]
    public void ACopyOfAContiguousTensorIsOneRead()
    {
        var source = new CountingByteSource(new byte[64]);
        var view = new TensorView(new TensorStorage(source), ElementType.Float32, [2, 3], [3, 1], 4);

        view.ToArray<float>();

        Assert.Equal([(16L, 24)], source.Reads);
    }

    [Theory]
    [InlineData(4, 13)]
    [InlineData(-4, 4)]
    [InlineData(16, 4)]
    [InlineData(0, 20)]
    [InlineData(2, 4)]
    [InlineData(0, 3)]
    [InlineData(long.MaxValue, 4)]
    public void ARangeOutsideOrOfPartsOfElementsIsRefused(long offset, int length)
    {
        var view = TensorView.FromArray(new float[4], ElementType.Float32, 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => view.ReadBytes(new byte[length], offset));
    }

    [Fact]
    public void AZeroDimensionalTensorIsASpanOfOneElement()
    {
        var view = TensorView.FromArray([2.5f], ElementType.Float32);

        var span = view.ReadSpan<float>();

        Assert.Equal([1], span.Lengths.ToArray());
        Assert.Equal(2.5f, span[0]);
        Assert.Equal([2.5f], view.ToArray<float>());
    }

    [Fact]
    public void ATensorWithoutElementsIsReadWithoutTouchingBytes()
    {
        // PyTorch leaves such a tensor any offset.
        var source = new CountingByteSource([1, 2, 3, 4]);
        var view = new TensorView(new TensorStorage(source), ElementType.Float32, [2, 0, 3], [5, 7, 1], 100);

        var span = view.ReadSpan<float>();

        Assert.Equal(0, span.FlattenedLength);
        Assert.Equal([2, 0, 3], span.Lengths.ToArray());
        Assert.Empty(view.ToArray<float>());
        view.ReadBytes([]);
        Assert.Empty(source.Reads);
    }

    [Fact]
    public void AStridedTensorIsHandedOutRowMajor()
    {
        var storage = TensorStorage.FromArray<short>([0, 1, 2, 3, 4, 5]);
        var transposed = new TensorView(storage, ElementType.Int16, [3, 2], [1, 3]);

        var span = transposed.ReadSpan<short>();

        Assert.Equal([3, 2], span.Lengths.ToArray());
        Assert.Equal((short)4, span[1, 1]);
        Assert.Equal([0, 3, 1, 4, 2, 5], transposed.ToArray<short>());
    }

    [Fact]
    public void ATensorOfAMillionDimensionsIsRead()
    {
        var ones = Enumerable.Repeat(1L, 1_000_000).ToArray();
        var view = new TensorView(TensorStorage.FromArray([7]), ElementType.Int32, ones, ones, 0);

        Assert.Equal(7, view.ToArray<int>()[0]);
        Assert.Equal(1_000_000, view.ReadSpan<int>().Rank);
    }

    [Fact]
    public void TheWrongDotNetTypeIsRefused()
    {
        var view = TensorView.FromArray(new float[2], ElementType.Float32, 2);

        Assert.Throws<ArgumentException>(() => view.ToArray<double>());
        Assert.Throws<ArgumentException>(() => view.ReadSpan<char>().FlattenedLength);
        Assert.Throws<ArgumentException>(() => TensorView.FromArray(new double[2], ElementType.Float32, 2));
        Assert.Equal([0u, 0u], view.ToArray<uint>());
    }

    [Fact]
    public void AnArrayThatIsTooSmallIsRefused() =>
        Assert.Throws<ArgumentException>(() => TensorView.FromArray(new float[5], ElementType.Float32, 2, 3));

    [Theory]
    [MemberData(nameof(Complexes))]
    public void ConjugatesAreResolved(ElementType type)
    {
        var component = ElementTypeInfo.Of(type).SwapSize;
        var bytes = Enumerable.Range(1, 4 * component).Select(i => (byte)i).ToArray();
        var view = new TensorView(new TensorStorage(new CountingByteSource(bytes)), type, [2]) { IsConjugated = true };
        var expected = bytes.ToArray();
        expected[(2 * component) - 1] ^= 0x80;
        expected[(4 * component) - 1] ^= 0x80;

        Assert.Equal(expected, Read(view));
    }

    [Fact]
    public void AConjugatedPartIsReadByItself()
    {
        var view = new TensorView(TensorStorage.FromArray([new Complex(1, 2), new(3, 4)]), ElementType.Complex128, [2]) { IsConjugated = true };
        var half = new byte[16];

        view.ReadBytes(half, 16);

        Assert.Equal(3, BitConverter.ToDouble(half));
        Assert.Equal(-4, BitConverter.ToDouble(half, 8));
        Assert.Equal([new(1, -2), new(3, -4)], view.ToArray<Complex>());
    }

    [Fact]
    public void NegativesAreResolved()
    {
        Assert.Equal([-1f, 0f, 2f], Negative<float>([1, -0f, -2], ElementType.Float32));
        Assert.Equal([-1.0, double.NegativeInfinity], Negative([1, double.PositiveInfinity], ElementType.Float64));
        Assert.Equal([(Half)(-1)], Negative([(Half)1], ElementType.Float16));
        Assert.Equal([(ushort)0xbf80], Negative<ushort>([0x3f80], ElementType.BFloat16));
        Assert.Equal([-new Complex(1, 2)], Negative([new Complex(1, 2)], ElementType.Complex128));
        Assert.Equal([0xbf800000_bf800000], Negative([0x3f800000_3f800000UL], ElementType.Complex64));
        Assert.Equal([0xbc00bc00], Negative([0x3c003c00u], ElementType.Complex32));
    }

    [Fact]
    public void NegativesOfIntegersAreTwosComplements()
    {
        // As PyTorch's resolve_neg has it, of unsigned ones too.
        Assert.Equal([-1, 1, int.MinValue], Negative([1, -1, int.MinValue], ElementType.Int32));
        Assert.Equal([-5L], Negative([5L], ElementType.Int64));
        Assert.Equal([(short)-300], Negative([(short)300], ElementType.Int16));
        Assert.Equal([(sbyte)-3], Negative([(sbyte)3], ElementType.Int8));
        Assert.Equal([(byte)255, (byte)0], Negative([(byte)1, (byte)0], ElementType.UInt8));
    }

    [Fact]
    public void AConjugatedNegativeIsBoth()
    {
        var view = new TensorView(TensorStorage.FromArray([new Complex(1, 2)]), ElementType.Complex128, [1]) { IsConjugated = true, IsNegated = true };

        Assert.Equal([new(-1, 2)], view.ToArray<Complex>());
    }

    [Fact]
    public void BigEndianElementsTurnAround()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, 1.5);
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(8), -2.5);

        Assert.Equal([1.5, -2.5], BigEndian(ElementType.Float64, bytes, [2], [1]).ToArray<double>());
        Assert.Equal([-2.5, 1.5], BigEndian(ElementType.Float64, bytes, [2, 1], [0, 1], 1).ToArray<double>().Append(1.5).Skip(1));
        Assert.Equal([new(1.5, -2.5)], BigEndian(ElementType.Complex128, bytes, [1], [1]).ToArray<Complex>());
        Assert.Equal(bytes, Read(BigEndian(ElementType.UInt8, bytes, [16], [1])));
        Assert.Equal([(ushort)0x3ff8], BigEndian(ElementType.UInt16, bytes, [1], [1]).ToArray<ushort>());
        Assert.Equal([0x3ff80000u], BigEndian(ElementType.UInt32, bytes, [1], [1]).ToArray<uint>());
        Assert.Equal(0x00003ff8u, BigEndian(ElementType.Complex32, bytes, [1], [1]).ToArray<uint>()[0]);
    }

    [Fact]
    public void AHugeTensorIsReadAnywhereWithoutMemory()
    {
        const long Elements = 3L << 31;
        var view = new TensorView(new TensorStorage(new SyntheticByteSource(Elements * 8)), ElementType.Int64, [3, 1L << 31]);
        var bytes = new byte[32];
        var before = GC.GetAllocatedBytesForCurrentThread();

        view.ReadBytes(bytes, (Elements - 4) * 8);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal([Elements - 4, Elements - 3, Elements - 2, Elements - 1], Enumerable.Range(0, 4).Select(i => BitConverter.ToInt64(bytes, i * 8)));
        Assert.Equal(Elements, view.ElementCount);
        Assert.True(view.IsContiguous);
    }

    [Fact]
    public void AHugeStridedTensorIsReadInParts()
    {
        // Every second element of 2^33, as two rows.
        const long Elements = 1L << 33;
        var view = new TensorView(new TensorStorage(new SyntheticByteSource(Elements * 8)), ElementType.Int64, [2, 1L << 31], [1L << 32, 2], 1);
        var bytes = new byte[24];

        view.ReadBytes(bytes, ((1L << 31) + 5) * 8);

        Assert.Equal([(1L << 32) + 11, (1L << 32) + 13, (1L << 32) + 15], Enumerable.Range(0, 3).Select(i => BitConverter.ToInt64(bytes, i * 8)));
    }

    [Fact]
    public void ATensorOfMoreElementsThanAnArrayIsRefusedAsOne()
    {
        var view = new TensorView(new TensorStorage(new SyntheticByteSource(1L << 32)), ElementType.UInt8, [1L << 32]);

        Assert.Contains("ReadSpan", Assert.Throws<UnsupportedCheckpointException>(() => view.ToArray<byte>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExpandedTensorPassesUpToTheLimit()
    {
        var view = new TensorView(TensorStorage.FromArray([7]), ElementType.Int32, [5], [0]) { MaxExpandedBytes = 16 };
        var over = new TensorView(TensorStorage.FromArray([7]), ElementType.Int32, [6], [0]) { MaxExpandedBytes = 16 };

        Assert.Equal([7, 7, 7, 7, 7], view.ToArray<int>());
        var error = Assert.Throws<UnsupportedCheckpointException>(() => over.ToArray<int>());
        Assert.Contains(nameof(ReadLimits.MaxExpandedBytes), error.Message, StringComparison.Ordinal);
        Assert.Throws<UnsupportedCheckpointException>(() => over.ReadBytes(new byte[4]));
        Assert.Throws<UnsupportedCheckpointException>(() => over.ReadSpan<int>().Rank);
    }

    [Fact]
    public void AnExpandedTensorOfAllMemoryIsRefused()
    {
        var view = new TensorView(TensorStorage.FromArray([7]), ElementType.Int32, [1L << 60], [0]);

        Assert.Throws<UnsupportedCheckpointException>(() => view.ReadSpan<int>().Rank);
        Assert.Throws<UnsupportedCheckpointException>(() => view.ToArray<int>());
    }

    [Fact]
    public void AMetaTensorHasAShapeAndNoBytes()
    {
        var view = new TensorView(new TensorStorage(new MetaByteSource(1L << 50), "meta"), ElementType.Float32, [1L << 24, 1L << 24], [1, 1L << 24]) { Name = "w" };

        Assert.Equal(1L << 48, view.ElementCount);
        Assert.Contains("'w'", Assert.Throws<UnsupportedCheckpointException>(() => view.ReadSpan<float>().Rank).Message, StringComparison.Ordinal);
        Assert.Throws<UnsupportedCheckpointException>(() => view.ToArray<float>());
        Assert.Throws<UnsupportedCheckpointException>(() => view.ReadBytes(new byte[400]));
    }

    [Fact]
    public void AnotherViewOfTheSameStorageKeepsWhatTheFirstHas()
    {
        var view = new TensorView(TensorStorage.FromArray([1f, 2f, 3f, 4f]), ElementType.Float32, [4]) { IsNegated = true, Name = "w" };

        var column = view.AsStrided([2], [2], 1);

        Assert.Same(view.Storage, column.Storage);
        Assert.Equal("w", column.Name);
        Assert.Equal([-2f, -4f], column.ToArray<float>());
        Assert.Throws<ArgumentException>(() => view.AsStrided([3], [2], 0));
    }

    [Fact]
    public void AMetaTensorIsNotVerified() =>
        Assert.Throws<UnsupportedCheckpointException>(() => new TensorView(new TensorStorage(new MetaByteSource(4), "meta"), ElementType.Float32, [1]).Verify(TestContext.Current.CancellationToken));

    [Fact]
    public void AFailedReadNamesTheTensor()
    {
        var view = new TensorView(new TensorStorage(new SliceOfNothing()), ElementType.UInt8, [4]) { Name = "layer.weight" };

        var error = Assert.Throws<InvalidCheckpointException>(() => view.ToArray<byte>());

        Assert.Equal("layer.weight", error.TensorName);
    }

    private static byte[] Read(TensorView view)
    {
        var bytes = new byte[view.ByteLength];
        view.ReadBytes(bytes);
        return bytes;
    }

    private static T[] Negative<T>(T[] elements, ElementType type)
        where T : unmanaged => new TensorView(TensorStorage.FromArray(elements), type, [elements.Length]) { IsNegated = true }.ToArray<T>();

    private static TensorView BigEndian(ElementType type, byte[] bytes, long[] shape, long[] strides, long offset = 0) =>
        new(new TensorStorage(new CountingByteSource(bytes), "cpu", type, bigEndian: true), type, shape, strides, offset);

    private sealed class SliceOfNothing : ByteSource
    {
        public override long Length => 4;

        public override void Read(long offset, Span<byte> destination) =>
            Torchkeep.IO.IOThrow.Truncated("f.pt", offset, destination.Length, 0);
    }
}
