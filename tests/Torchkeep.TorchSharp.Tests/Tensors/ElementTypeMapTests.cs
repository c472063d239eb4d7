using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

public class ElementTypeMapTests
{
    // libtorch 2.10 makes no tensor of the first five from bytes alone, and has not heard of the others.
    private static readonly HashSet<ElementType> _without =
    [
        ElementType.QInt8, ElementType.QUInt8, ElementType.QInt32, ElementType.QUInt4x2, ElementType.QUInt2x4, ElementType.BComplex32,
        ElementType.Float6E2M3, ElementType.Float6E3M2,
    ];

    private static readonly HashSet<ScalarType> _quantized = [ScalarType.QInt8, ScalarType.QUInt8, ScalarType.QInt32];

    public static TheoryData<ElementType> Mapped => [.. Enum.GetValues<ElementType>().Where(type => !_without.Contains(type))];

    [Fact]
    public void EveryElementTypeIsMappedOrKnownToHaveNoTensor()
    {
        var unmapped = Enum.GetValues<ElementType>().Where(type => !ElementTypeMap.TryToScalar(type, out _));

        Assert.Equal(_without.Order(), unmapped.Order());
    }

    [Fact]
    public void EveryTypeOfTorchSharpIsMappedOrQuantized()
    {
        var unmapped = Enum.GetValues<ScalarType>().Where(scalar => Record.Exception(() => ElementTypeMap.ToElement(scalar)) is NotSupportedException);

        Assert.Equal(_quantized.Order(), unmapped.Order());
    }

    [Theory]
    [MemberData(nameof(Mapped))]
    public void AMappedTypeIsTheSameThereAndBack(ElementType type)
    {
        var scalar = ElementTypeMap.ToScalar(type);

        Assert.Equal(type, ElementTypeMap.ToElement(scalar));
        Assert.Equal(ElementTypeInfo.Of(type).ByteSize, empty([1], scalar).ElementSize);
    }

    [Theory]
    [MemberData(nameof(Mapped))]
    public void WhatCanRequireAGradientIsWhatLibtorchLets(ElementType type)
    {
        var scalar = ElementTypeMap.ToScalar(type);
        var refusal = Record.Exception(() => empty([1], scalar).requires_grad_(true));

        Assert.Equal(refusal is null, ElementTypeMap.CanRequireGrad(scalar));
    }

    [Fact]
    public void WithoutATensorTheMessageNamesTheType()
    {
        var error = Assert.Throws<NotSupportedException>(() => ElementTypeMap.ToScalar(ElementType.QInt8));

        Assert.Contains("torch.qint8", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Mapped))]
    public void EveryTypeIsSavedAndLoadedBitForBit(ElementType type)
    {
        var size = ElementTypeInfo.Of(type).ByteSize;
        var bytes = new byte[12 * size];
        new Random(7).NextBytes(bytes);
        if (type == ElementType.Bool)
        {
            bytes = [.. bytes.Select(value => (byte)(value & 1))];
        }

        var tensor = empty([3, 4], ElementTypeMap.ToScalar(type));
        bytes.CopyTo(tensor.bytes);
        var (whole, turned, part) = InMemory.Reload(tensor, tensor.t(), tensor[1..]);

        Assert.All([whole, turned, part], loaded => Assert.Equal(tensor.dtype, loaded.dtype));
        Assert.Equal(bytes, Bits.Of(whole));
        Assert.Equal(Bits.Of(tensor.t()), Bits.Of(turned));
        Assert.Equal(bytes[(4 * size)..], Bits.Of(part));
    }
}
