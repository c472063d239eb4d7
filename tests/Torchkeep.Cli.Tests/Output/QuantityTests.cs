using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Tests.Output;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData((1 << 20) - 1, "1.0 MiB")]
    [InlineData(1L << 31, "2.0 GiB")]
    [InlineData(long.MaxValue, "8.0 EiB")]
    public void BytesHaveAUnit(long count, string expected) => Assert.Equal(expected, Quantity.Bytes(count));

    [Theory]
    [InlineData(1, "1 tensor")]
    [InlineData(0, "0 tensors")]
    [InlineData(11_699_132, "11,699,132 tensors")]
    public void OneIsNotMany(long count, string expected) => Assert.Equal(expected, Quantity.Of(count, "tensor"));
}
