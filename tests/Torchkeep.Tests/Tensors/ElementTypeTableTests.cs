using System.Runtime.CompilerServices;
using Torchkeep.Tensors;

namespace Torchkeep.Tests.Tensors;

public class ElementTypeTableTests
{
    public static TheoryData<ElementType> All => [.. Enum.GetValues<ElementType>()];

    [Theory]
    [MemberData(nameof(All))]
    public void EveryElementTypeHasItsRow(ElementType type)
    {
        var info = ElementTypeInfo.Of(type);

        Assert.Equal(type, info.Type);
        Assert.True(ElementTypeInfo.TryParse($"torch.{info.Name}", out var byName));
        Assert.Same(info, byName);
        Assert.True(ElementTypeInfo.TryParse(info.Name, out _));
        Assert.True(info.ByteSize == info.SwapSize || info.IsComplex);
        Assert.True(info.BitSize == 8 * info.ByteSize || !info.IsTorchType);
        Assert.Equal(info.Name.Replace("_", "", StringComparison.Ordinal), type.ToString(), ignoreCase: true);
    }

    [Fact]
    public void TheTableHasNoRowBesides() => Assert.Equal(Enum.GetValues<ElementType>().Length, ElementTypeTable.Rows.Length);

    [Theory]
    [MemberData(nameof(All))]
    public void TheDotNetTypeHasTheElementsSize(ElementType type)
    {
        var info = ElementTypeInfo.Of(type);

        Assert.True(info.ClrType is null || SizeOf(info.ClrType) == info.ByteSize);
    }

    [Theory]
    [InlineData("torch.float31")]
    [InlineData("Float32")]
    [InlineData("torch.torch.float32")]
    [InlineData("")]
    public void NoOtherNameIsADtype(string name) => Assert.False(ElementTypeInfo.TryParse(name, out _));

    [Theory]
    [InlineData(ElementType.Float32, "FloatStorage")]
    [InlineData(ElementType.BFloat16, "BFloat16Storage")]
    [InlineData(ElementType.Complex128, "ComplexDoubleStorage")]
    [InlineData(ElementType.QUInt2x4, "QUInt2x4Storage")]
    [InlineData(ElementType.UInt16, null)]
    [InlineData(ElementType.Complex32, null)]
    [InlineData(ElementType.Float8E4M3Fn, null)]
    public void TheOlderFamilyHasStorageClasses(ElementType type, string? storageClass) =>
        Assert.Equal(storageClass, ElementTypeInfo.Of(type).StorageClass);

    [Fact]
    public void ElementsAreAcceptedAsTheirTypeOrAsRawBits()
    {
        var single = ElementTypeInfo.Of(ElementType.Float32);

        Assert.True(single.Accepts<float>());
        Assert.True(single.Accepts<uint>());
        Assert.True(single.Accepts<int>());
        Assert.False(single.Accepts<double>());
        Assert.False(single.Accepts<ushort>());
        Assert.False(single.Accepts<char>());
        Assert.True(ElementTypeInfo.Of(ElementType.BFloat16).Accepts<ushort>());
        Assert.False(ElementTypeInfo.Of(ElementType.BFloat16).Accepts<Half>());
        Assert.True(ElementTypeInfo.Of(ElementType.Complex128).Accepts<UInt128>());
    }

    private static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
