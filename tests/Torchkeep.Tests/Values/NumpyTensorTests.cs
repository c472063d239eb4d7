using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Values;

/// <summary>Which arrays are tensors, and that a broken one is none.</summary>
public sealed class NumpyTensorTests
{
    private static readonly byte[] _sixFloats = new byte[24];

    [Fact]
    public void AnArrayIsTheSameTensorEachTime()
    {
        var array = Read(FromBuffer("f4", _sixFloats, 2, 3));

        Assert.True(array.TryAsTensor(out var first) && array.TryAsTensor(out var second) && ReferenceEquals(first, second));
        Assert.Equal([2, 3], array.AsTensor().Shape);
    }

    [Fact]
    public void OneWithTooFewBytesIsNoneAndSaysSo()
    {
        var array = Read(FromBuffer("f4", _sixFloats, 2, 4));

        Assert.False(array.TryAsTensor(out _));
        Assert.False(array.TryAsArray(out _));
        Assert.Equal(
            "expected a tensor, found numpy.ndarray that is broken: this is no NumPy array: 24 bytes for 8 elements of 4",
            Assert.Throws<InvalidOperationException>(() => array.AsTensor()).Message);
    }

    [Theory]
    [InlineData("i4", true)]
    [InlineData("c8", true)]
    [InlineData("M8", false)]
    [InlineData("f16", false)]
    public void NumbersAloneAreTensors(string code, bool isTensor)
    {
        var array = Read(FromBuffer(code, new byte[int.Parse(code.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)], 1));

        Assert.Equal(isTensor, array.TryAsTensor(out _));
        Assert.True(array.TryAsArray(out _));
    }

    [Fact]
    public void AxesThatAreNoOrderAreRefused()
    {
        foreach (var axes in new[] { Ints(0, 0), Ints(0), Ints(0, 2), Ints(-1, 0) })
        {
            Assert.Throws<InvalidCheckpointException>(() => Read(FromBuffer("f4", _sixFloats, Ints(2, 3), "K", axes)).AsNumpy());
        }

        Assert.Equal([3, 2], Read(FromBuffer("f4", _sixFloats, Ints(2, 3), "K", Ints(1, 0))).AsTensor().Shape);
    }

    [Fact]
    public void AScalarIsTheKeyThatItsValueIs()
    {
        var dtype = Build(Call(Global("numpy", "dtype"), Str("i8"), False, True), Tuple(Int(3), Str("<"), None, None, None, Int(-1), Int(-1), Int(0)));
        var three = Call(Global("numpy._core.multiarray", "scalar"), dtype, Call(Global("_codecs", "encode"), Str("\u0003\0\0\0\0\0\0\0"), Str("latin1")));
        var dict = Read(Dict((three, Str("three"))));

        Assert.Equal("three", dict[3].AsString());
        Assert.EndsWith("int64(3)", dict.AsDict().Single().Key.ToKeyText(), StringComparison.Ordinal);
    }

    private static PyValue Read(byte[] value) => Checkpoint.Open(Protocol2(value)).Root;

    private static byte[] FromBuffer(string code, byte[] bytes, params long[] shape) => FromBuffer(code, bytes, Ints(shape), "C", None);

    private static byte[] FromBuffer(string code, byte[] bytes, byte[] shape, string order, byte[] axes) => Call(
        Global("numpy._core.numeric", "_frombuffer"),
        Call(Global("_codecs", "encode"), Str(System.Text.Encoding.Latin1.GetString(bytes)), Str("latin1")),
        Build(Call(Global("numpy", "dtype"), Str(code), False, True), Tuple(Int(3), Str("<"), None, None, None, Int(-1), Int(-1), Int(0))),
        shape,
        Str(order),
        axes);
}
