using Torchkeep.Tensors;

namespace Torchkeep.Tests.Tensors;

public class TensorLayoutTests
{
    [Theory]
    [InlineData(new long[0], 1)]
    [InlineData(new long[] { 3 }, 3)]
    [InlineData(new long[] { 2, 3, 4 }, 24)]
    [InlineData(new long[] { 0 }, 0)]
    [InlineData(new long[] { 5, 0, 7 }, 0)]
    [InlineData(new[] { 1L << 31, 1L << 31 }, 1L << 62)]
    [InlineData(new[] { long.MaxValue }, long.MaxValue)]
    public void ElementsAreCounted(long[] shape, long expected) => Assert.Equal(expected, TensorLayout.CountElements(shape, 1));

    [Theory]
    [InlineData(new[] { 1L << 32, 1L << 31 }, 1)]
    [InlineData(new[] { 1L << 32, 1L << 32 }, 1)]
    [InlineData(new[] { long.MaxValue, 2 }, 1)]
    [InlineData(new[] { long.MaxValue, long.MaxValue, 3 }, 1)]
    [InlineData(new[] { 1L << 32, 0, 1L << 32 }, 1)]
    [InlineData(new[] { 0, 1L << 32, 1L << 32 }, 1)]
    [InlineData(new[] { 1L << 62 }, 2)]
    [InlineData(new[] { 1L << 60, 0 }, 16)]
    public void BytesThat64BitsCannotCountAreRefused(long[] shape, int size) =>
        Assert.Throws<InvalidCheckpointException>(() => TensorLayout.CountElements(shape, size));

    [Theory]
    [InlineData(new long[] { -1 })]
    [InlineData(new long[] { 0, -1 })]
    [InlineData(new[] { -1, -1, long.MinValue })]
    public void ANegativeSizeIsRefused(long[] shape) =>
        Assert.Contains("negative size", Assert.Throws<InvalidCheckpointException>(() => TensorLayout.CountElements(shape, 1)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(new long[0], new long[0])]
    [InlineData(new long[] { 2, 3, 4 }, new long[] { 12, 4, 1 })]
    [InlineData(new long[] { 2, 0, 4 }, new long[] { 4, 4, 1 })]
    public void RowMajorStridesAreThoseOfPyTorch(long[] shape, long[] expected) =>
        Assert.Equal(expected, TensorLayout.RowMajorStrides(shape));

    [Theory]
    [InlineData(new long[0], new long[0], true)]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, true)]
    [InlineData(new long[] { 2, 3 }, new long[] { 1, 2 }, false)]
    [InlineData(new long[] { 1, 3 }, new long[] { 99, 1 }, true)]
    [InlineData(new long[] { 3, 1 }, new long[] { 1, 99 }, true)]
    [InlineData(new long[] { 2, 0 }, new long[] { 7, 9 }, true)]
    [InlineData(new long[] { 2 }, new long[] { 0 }, false)]
    [InlineData(new long[] { 3 }, new long[] { 2 }, false)]
    public void ContiguityIsThatOfPyTorch(long[] shape, long[] strides, bool expected) =>
        Assert.Equal(expected, TensorLayout.IsContiguous(shape, strides));

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, 0, 6)]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, 1, 7)]
    [InlineData(new[] { long.MaxValue }, new long[] { 0 }, 0, 1)]
    [InlineData(new long[] { 0 }, new long[] { 1 }, 100, 3)]
    [InlineData(new long[] { 1, 4 }, new[] { long.MaxValue, 1 }, 0, 4)]
    public void AViewInsideItsStorageIsAccepted(long[] shape, long[] strides, long offset, long storage) =>
        TensorLayout.CheckInside(shape, strides, offset, TensorLayout.CountElements(shape, 1), storage);

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, 0, 5)]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 1 }, 1, 6)]
    [InlineData(new long[0], new long[0], 0, 0)]
    [InlineData(new long[] { 2 }, new[] { long.MaxValue }, long.MaxValue, long.MaxValue)]
    [InlineData(new long[] { 3, 3, 3 }, new[] { long.MaxValue, long.MaxValue, long.MaxValue }, long.MaxValue, long.MaxValue)]
    [InlineData(new[] { 1L << 62 }, new[] { 1L << 62 }, 0, long.MaxValue)]
    public void AViewThatLeavesItsStorageIsRefused(long[] shape, long[] strides, long offset, long storage)
    {
        var error = Assert.Throws<InvalidCheckpointException>(
            () => TensorLayout.CheckInside(shape, strides, offset, TensorLayout.CountElements(shape, 1), storage));

        Assert.Contains("leaves its storage", error.Message, StringComparison.Ordinal);
        Assert.Contains($"offset {offset}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new long[] { 2 }, new long[] { -1 }, 1, "negative stride, -1")]
    [InlineData(new long[] { 2 }, new long[] { 1 }, -1, "negative storage offset, -1")]
    [InlineData(new long[] { 2 }, new long[] { 1, 1 }, 0, "1 dimensions and strides of 2")]
    public void ImpossibleNumbersAreNamed(long[] shape, long[] strides, long offset, string message)
    {
        var error = Assert.Throws<InvalidCheckpointException>(
            () => TensorLayout.CheckInside(shape, strides, offset, TensorLayout.CountElements(shape, 1), 10));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
