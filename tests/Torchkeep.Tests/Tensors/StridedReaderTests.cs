using CsCheck;
using Torchkeep.IO;
using Torchkeep.Tensors;

namespace Torchkeep.Tests.Tensors;

public sealed class StridedReaderTests
{
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
                if (length > 0)
                {
                    StridedReader.Read(new MemoryByteSource(view.Storage), view.Size, view.Shape, view.Strides, view.Offset, first, destination);
                }

                Assert.Equal(view.Expected.AsSpan(first * view.Size, length * view.Size).ToArray(), destination);
            },
            iter: 5_000);

    [Fact]
    public void DimensionsOfSizeOneCostNothing()
    {
        const int Ones = 100_000;
        long[] shape = [3, .. Enumerable.Repeat(1L, Ones), 2];
        long[] strides = [1, .. Enumerable.Repeat(77L, Ones), 3];
        var destination = new byte[6];

        StridedReader.Read(new MemoryByteSource(new byte[] { 0, 1, 2, 3, 4, 5 }), 1, shape, strides, 0, 0, destination);

        Assert.Equal([0, 3, 1, 4, 2, 5], destination);
    }

    // The pieces of larger views are read apart: a range of a box with gaps, permuted, over more than the buffer.
    [Theory]
    [InlineData(new long[] { 3000, 700 }, new long[] { 1, 3000 })]
    [InlineData(new long[] { 700, 3000 }, new long[] { 3000, 1 })]
    [InlineData(new long[] { 40, 50, 900 }, new long[] { 1, 36_000, 40 })]
    [InlineData(new long[] { 50, 900, 40 }, new long[] { 40, 2_000, 1 })]
    [InlineData(new long[] { 1500 }, new long[] { 1400 })]
    [InlineData(new long[] { 1500, 4, 3 }, new long[] { 1, 0, 1400 })]
    public void ALargeViewIsReadInPieces(long[] shape, long[] strides)
    {
        const int Size = 4;
        var storage = new byte[(4 + 1 + shape.Zip(strides, (size, stride) => (size - 1) * stride).Sum()) * Size];
        new Random(1).NextBytes(storage);
        var expected = NaiveGather.Gather(storage, Size, shape, strides, 4);

        foreach (var (from, to) in new[] { (0, expected.Length / Size), (1, (expected.Length / Size) - 1), (expected.Length / Size / 3, expected.Length / Size / 2) })
        {
            var destination = new byte[(to - from) * Size];
            StridedReader.Read(new MemoryByteSource(storage), Size, shape, strides, 4, from, destination);
            Assert.True(expected.AsSpan(from * Size, destination.Length).SequenceEqual(destination));
        }
    }

    [Fact]
    public void ATransposedMatrixIsReadOnceFromFrontToBack()
    {
        const int Side = 2048;
        var source = new CountingByteSource(new byte[Side * Side * 4]);

        StridedReader.Read(source, 4, [Side, Side], [1, Side], 0, 0, new byte[Side * Side * 4]);

        Assert.Equal(Side * Side * 4, source.BytesRead);
        Assert.Equal(source.Reads.Select(read => read.Offset).Order(), source.Reads.Select(read => read.Offset));
        Assert.InRange(source.Reads.Max(read => read.Length), 1, 4 << 20);
    }

    [Fact]
    public void OfAColumnItsElementsAreRead()
    {
        const int Rows = 1000;
        const int Columns = 10_000;
        var source = new CountingByteSource(new byte[Rows * Columns * 4]);

        StridedReader.Read(source, 4, [Rows], [Columns], 7, 0, new byte[Rows * 4]);

        Assert.Equal(Rows * 4, source.BytesRead);
    }
}
