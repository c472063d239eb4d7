namespace Torchkeep.Tests.Saving;

/// <summary>A save with other floating-point elements.</summary>
public sealed class ConvertedTests
{
    [Theory]
    [InlineData(1f, 0x3c00, 0x3f80)]
    [InlineData(-0f, 0x8000, 0x8000)]
    [InlineData(65504f, 0x7bff, 0x4780)]
    [InlineData(65520f, 0x7c00, 0x4780)]
    [InlineData(1e-8f, 0x0000, 0x322c)]
    [InlineData(5.9604645e-8f, 0x0001, 0x3380)]
    [InlineData(1.00048828125f, 0x3c00, 0x3f80)]
    [InlineData(1.0014648f, 0x3c02, 0x3f80)]
    [InlineData(1.00390625f, 0x3c04, 0x3f80)]
    [InlineData(1.01171875f, 0x3c0c, 0x3f82)]
    [InlineData(float.PositiveInfinity, 0x7c00, 0x7f80)]
    [InlineData(float.MaxValue, 0x7c00, 0x7f80)]
    public void NumbersAreRoundedToTheNearestEven(float value, int half, int brain)
    {
        Assert.Equal((ushort)half, Convert(ElementType.Float16, TensorView.FromArray([value], ElementType.Float32, 1)).ToArray<ushort>()[0]);
        Assert.Equal((ushort)brain, Convert(ElementType.BFloat16, TensorView.FromArray([value], ElementType.Float32, 1)).ToArray<ushort>()[0]);
        Assert.Equal((ushort)half, Convert(ElementType.Float16, TensorView.FromArray([(double)value], ElementType.Float64, 1)).ToArray<ushort>()[0]);
        Assert.Equal((double)value, Convert(ElementType.Float64, TensorView.FromArray([value], ElementType.Float32, 1)).ToArray<double>()[0]);
    }

    [Fact]
    public void WhatIsNoNumberStaysNone()
    {
        Assert.True(Half.IsNaN(Convert(ElementType.Float16, TensorView.FromArray([float.NaN], ElementType.Float32, 1)).ToArray<Half>()[0]));
        Assert.Equal(0x7fc0, Convert(ElementType.BFloat16, TensorView.FromArray([double.NaN], ElementType.Float64, 1)).ToArray<ushort>()[0]);
    }

    [Theory]
    [InlineData(ElementType.Float8E4M3Fn, new byte[] { 0x38, 0x7e, 0x01, 0xff }, new[] { 1, 448, 0.001953125f, float.NaN })]
    [InlineData(ElementType.Float8E5M2, new byte[] { 0x3c, 0x7b, 0x7c, 0x7d }, new[] { 1, 57344, float.PositiveInfinity, float.NaN })]
    [InlineData(ElementType.Float8E4M3FnUz, new byte[] { 0x40, 0x7f, 0x80, 0xc0 }, new[] { 1, 240, float.NaN, -1 })]
    [InlineData(ElementType.Float8E5M2FnUz, new byte[] { 0x40, 0x7f, 0x80, 0xc0 }, new[] { 1, 57344, float.NaN, -1 })]
    [InlineData(ElementType.Float8E8M0Fnu, new byte[] { 0x7f, 0x80, 0, 0xff }, new[] { 1, 2, 5.8774717541114375e-39f, float.NaN })]
    public void SmallFloatsBecomeLargeOnes(ElementType type, byte[] bits, float[] expected) =>
        Assert.Equal(expected, Convert(ElementType.Float32, TensorView.FromArray(bits, type, bits.Length)).ToArray<float>());

    [Fact]
    public void OtherElementsAndWhatIsSharedStay()
    {
        var weight = TensorView.FromArray([1f, 2, 3, 4], ElementType.Float32, 2, 2);
        var root = new PyDict
        {
            { "w", weight },
            { "turned", new TensorView(weight.Storage, ElementType.Float32, [2, 2], [1, 2]) },
            { "part", new PyTensor(new(weight.Storage, ElementType.Float32, [1], [1], 3), requiresGrad: true, isParameter: true) },
            { "count", TensorView.FromArray([7L], ElementType.Int64) },
            { "complex", TensorView.FromArray([1L], ElementType.Complex64, 1) },
        };
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(root, new() { FloatingPointType = ElementType.Float16 }));

        Assert.Equal([1, 3, 2, 4], checkpoint.FindTensor("turned").ToArray<Half>().Select(value => (float)value));
        Assert.Equal([4], checkpoint.FindTensor("part").ToArray<Half>().Select(value => (float)value));
        Assert.Same(checkpoint.FindTensor("w").Storage, checkpoint.FindTensor("turned").Storage);
        Assert.Equal(8, checkpoint.FindTensor("w").Storage.ByteLength);
        Assert.True(((PyTensor)checkpoint.Root["part"]).IsParameter);
        Assert.Equal(ElementType.Int64, checkpoint.FindTensor("count").ElementType);
        Assert.Equal(ElementType.Complex64, checkpoint.FindTensor("complex").ElementType);
    }

    [Fact]
    public void AStorageOfTwoElementTypesIsRefused()
    {
        var storage = TensorStorage.FromArray(new byte[8]);
        var root = new PyList(new TensorView(storage, ElementType.Float32, [1]), new TensorView(storage, ElementType.Int32, [1]));

        Assert.Contains(
            "as torch.float32 and as torch.int32",
            Assert.Throws<UnsupportedCheckpointException>(() => Saved.ToBytes(root, new() { FloatingPointType = ElementType.Float16 })).Message,
            StringComparison.Ordinal);
    }

    [Theory, InlineData(CheckpointFormat.TorchZip), InlineData(CheckpointFormat.TorchLegacy), InlineData(CheckpointFormat.Safetensors)]
    public void ALargeTensorIsConvertedPieceByPiece(CheckpointFormat format)
    {
        const int Count = 1_000_003;
        float[] elements = [.. Enumerable.Range(0, Count).Select(i => i / 7f)];
        var root = new PyDict { { "w", TensorView.FromArray(elements, ElementType.Float32, Count) } };
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(root, new() { Format = format, FloatingPointType = ElementType.Float16 }));

        Assert.Equal(elements.Select(value => (Half)value), checkpoint.FindTensor("w").ToArray<Half>());
    }

    private static TensorView Convert(ElementType target, TensorView tensor) =>
        Checkpoint.Open(Saved.ToBytes(new PyDict { { "w", tensor } }, new() { FloatingPointType = target })).FindTensor("w");
}
