namespace Torchkeep.Tests.Tensors;

/// <summary>A strided view's bytes in row-major order, one element after another by definition.</summary>
internal static class NaiveGather
{
    internal static byte[] Gather(ReadOnlySpan<byte> storage, int size, long[] shape, long[] strides, long offset)
    {
        var bytes = new List<byte>();
        var count = shape.Aggregate(1L, (product, length) => product * length);
        for (long i = 0; i < count; i++)
        {
            var (rest, position) = (i, offset);
            for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
            {
                position += rest % shape[dimension] * strides[dimension];
                rest /= shape[dimension];
            }

            bytes.AddRange(storage.Slice((int)(position * size), size));
        }

        return [.. bytes];
    }
}
