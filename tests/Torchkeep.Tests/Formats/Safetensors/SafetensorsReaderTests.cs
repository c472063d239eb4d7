using Torchkeep.Formats.Safetensors;
using Torchkeep.Tests.IO;
using Torchkeep.Tests.Saving;
using static Torchkeep.Tests.Formats.Safetensors.SafetensorsBytes;

namespace Torchkeep.Tests.Formats.Safetensors;

/// <summary>What is read, and as what.</summary>
public sealed class SafetensorsReaderTests
{
    public static TheoryData<string, ElementType> Dtypes
    {
        get
        {
            var rows = new TheoryData<string, ElementType>();
            foreach (var (code, type) in SafetensorsConstants.Dtypes)
            {
                rows.Add(code, type);
            }

            return rows;
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task TensorsComeInTheOrderOfTheirBytes(bool async)
    {
        using var checkpoint = async
            ? await Checkpoint.OpenAsync(new CountingByteSource(Small), cancellationToken: TestContext.Current.CancellationToken)
            : Checkpoint.Open(Small);

        var root = Assert.IsType<PyDict>(checkpoint.Root);
        Assert.False(root.IsOrdered);
        Assert.Null(root.Attributes);
        Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);
        Assert.Equal(["weight", "bias"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1f, 2f], root["weight"].AsTensor().ToArray<float>());
        Assert.Equal([1, 2], root["weight"].AsTensor().Shape);
        Assert.Equal([3f], root["bias"].AsTensor().ToArray<float>());
        Assert.Equal([KeyValuePair.Create("format", "pt")], checkpoint.Metadata);
    }

    [Fact]
    public void OtherKindsHaveNoMetadata()
    {
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(PickleBytes.Protocol2(PickleBytes.None)));

        Assert.Empty(checkpoint.Metadata);
    }

    [Theory, MemberData(nameof(Dtypes))]
    public void EveryDtypeIsRead(string code, ElementType type)
    {
        var info = ElementTypeInfo.Of(type);
        var header = code == "F4" ? 4 : 2;
        var bytes = Enumerable.Range(1, 4 * info.BitSize / 8).Select(value => (byte)value).ToArray();
        using var checkpoint = Checkpoint.Open(File($$$"""{"a":{"dtype":"{{{code}}}","shape":[2,{{{header}}}],"data_offsets":[0,{{{bytes.Length}}}]}}""", bytes));

        var view = checkpoint.FindTensor("a");
        var found = new byte[view.ByteLength];
        view.ReadBytes(found);
        Assert.Equal((type, bytes.Length), (view.ElementType, view.ByteLength));
        Assert.Equal([2, 2], view.Shape);
        Assert.Equal(bytes, found);
    }

    [Fact]
    public void SixBitFloatsAreReadAsTheirBytes()
    {
        using var checkpoint = Checkpoint.Open(File("""{"a":{"dtype":"F6_E3M2","shape":[2,4],"data_offsets":[0,6]}}""", 1, 2, 3, 4, 5, 6));
        var view = checkpoint.FindTensor("a");

        Assert.Equal(8, view.ElementCount);
        Assert.Equal("float6_e3m2 [2, 4]", view.ToString());
        Assert.Equal([1, 2, 3, 4, 5, 6], view.ToArray<byte>());
        Assert.Equal([6], view.ReadSpan<byte>().Lengths);
        Assert.Throws<ArgumentException>(() => view.ToArray<float>());
        var last = new byte[1];
        view.ReadBytes(last, 5);
        Assert.Equal([6], last);
        Assert.Throws<ArgumentException>(() => view.AsStrided([4], [1], 4));
        Assert.Throws<ArgumentException>(() => view.AsStrided([4, 2], [1, 4], 0));
        Assert.Throws<ArgumentException>(() => view.AsStrided([3], [1], 0));
    }

    [Fact]
    public void WhatPyTorchHasNoTypeForIsNotSavedInItsFiles()
    {
        using var checkpoint = Checkpoint.Open(File("""{"a":{"dtype":"F6_E3M2","shape":[4],"data_offsets":[0,3]}}""", 1, 2, 3));
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Saved.ToBytes(checkpoint.Root));

        Assert.Contains("float6_e3m2", error.Message, StringComparison.Ordinal);
        Assert.Equal("a", error.TensorName);
    }

    [Fact]
    public void TensorsNeedNotBeAligned()
    {
        using var checkpoint = Checkpoint.Open(
            File("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F64","shape":[1],"data_offsets":[1,9]}}""", 7, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f));

        Assert.Equal([7], checkpoint.FindTensor("a").ToArray<byte>());
        Assert.Equal([1.0], checkpoint.FindTensor("b").ToArray<double>());
        Assert.Equal(1.0, checkpoint.FindTensor("b").ReadSpan<double>()[0]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(" \n\t\r{} \n\t\r")]
    [InlineData("""{"__metadata__":null}""")]
    [InlineData("""{"__metadata__":{}}""")]
    public void AFileMayHoldNothing(string header)
    {
        using var checkpoint = Checkpoint.Open(File(header));

        Assert.Empty(checkpoint.Tensors);
        Assert.Empty(checkpoint.Metadata);
    }

    [Fact]
    public void TensorsOfNoBytesLieBetweenOthers()
    {
        using var checkpoint = Checkpoint.Open(File(
            """{"z":{"dtype":"F32","shape":[0,3],"data_offsets":[1,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"e":{"dtype":"F4","shape":[0],"data_offsets":[1,1]},"b":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}""", 1, 2));

        Assert.Equal(["a", "z", "e", "b"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.Empty(checkpoint.FindTensor("z").ToArray<float>());
    }

    [Theory]
    [InlineData("""{"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "")]
    [InlineData("""{"a\u0000b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "a\0b")]
    [InlineData("""{"\ud83d\ude00é":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "😀é")]
    [InlineData("""{"a":{"\u0064type":"U8","sh\u0061pe":[1],"note":{"deep":[[1,{"x":[]}]]},"data_offsets":[0,1],"more":[0.5,"x",null,true]}}""", "a")]
    public void AnyNameAndFurtherFieldsAreLegal(string header, string name)
    {
        using var checkpoint = Checkpoint.Open(File(header, 9));

        Assert.Equal([9], checkpoint.Root[name].AsTensor().ToArray<byte>());
    }

    [Fact]
    public void AFileThatAlsoBeginsAsAZipIsToldByItsHeader()
    {
        // A length of 0x04034b50 and spaces behind the header.
        var header = new byte[0x04034b50];
        header.AsSpan().Fill((byte)' ');
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"""u8.CopyTo(header);
        using var checkpoint = Checkpoint.Open(File(header, 5));

        Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);
        Assert.Equal([5], checkpoint.FindTensor("a").ToArray<byte>());
    }

    [Fact]
    public void EveryWayToOpenFindsTheSame()
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllBytes(folder["model.bin"], Small);
        using var file = Checkpoint.Open(folder["model.bin"]);
        using var stream = Checkpoint.Open(new ForwardStream(new MemoryStream(Small)));

        Assert.All([file, stream], checkpoint => Assert.Equal([3f], checkpoint.FindTensor("bias").ToArray<float>()));
    }

    [Fact]
    public void ItIsSavedAsAnotherKindBitForBit()
    {
        using var checkpoint = Checkpoint.Open(Small);
        using var zip = Checkpoint.Open(Saved.ToBytes(checkpoint.Root));

        Assert.Equal(CheckpointFormat.TorchZip, zip.Format);
        Assert.Equal([1f, 2f], zip.FindTensor("weight").ToArray<float>());
    }
}
