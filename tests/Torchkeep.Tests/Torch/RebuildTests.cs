using System.Numerics;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Torch;

/// <summary>The calls of PyTorch's pickles in every form of their arguments.</summary>
public class RebuildTests
{
    // Six floats, 0 to 5.
    private static readonly byte[] _floats = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];

    private static byte[] FloatStorage => Storage("FloatStorage", "0", 6);

    private static byte[] Plain => TensorV2(FloatStorage, 0, [6], [1]);

    [Fact]
    public void RebuildTensorOfTheOldestFilesHasFourArguments()
    {
        var tensor = Tensor(Call(Utils("_rebuild_tensor"), FloatStorage, Int(1), Ints(2, 2), Ints(2, 1)));

        Assert.Equal([1f, 2f, 3f, 4f], tensor.View.ToArray<float>());
        Assert.False(tensor.RequiresGrad);
        Assert.Equal("Tensor torch.float32 [2, 2]", tensor.ToString());
    }

    [Fact]
    public void RebuildTensorV2HasAViewAndAGradient()
    {
        var tensor = Tensor(TensorV2(FloatStorage, 1, [2, 2], [1, 3], requiresGrad: true));

        Assert.Equal([1f, 4f, 2f, 5f], tensor.View.ToArray<float>());
        Assert.True(tensor.RequiresGrad);
        Assert.False(tensor.IsParameter);
        Assert.Equal([1, 3], tensor.View.Strides);
        Assert.Equal(1, tensor.View.StorageOffset);
    }

    [Fact]
    public void SizesMayBeListsOrTorchSizes()
    {
        byte[] size = Call(Global("torch", "Size"), Ints(2, 3));
        byte[] stride = List(Int(3), Int(1));

        var tensor = Tensor(Call(Utils("_rebuild_tensor_v2"), FloatStorage, Int(0), size, stride, False, OrderedDict()));

        Assert.Equal([2, 3], tensor.View.Shape);
        Assert.Equal([3, 1], tensor.View.Strides);
    }

    [Fact]
    public void AZeroDimensionalTensorIsRead()
    {
        var tensor = Tensor(TensorV2(FloatStorage, 5, [], []));

        Assert.Equal([5f], tensor.View.ToArray<float>());
        Assert.Empty(tensor.View.Shape);
    }

    [Theory]
    [InlineData("conj", true, false)]
    [InlineData("neg", false, true)]
    public void TheSeventhArgumentHoldsTheLazySigns(string bit, bool conjugated, bool negated)
    {
        var view = Tensor(Call(
            Utils("_rebuild_tensor_v2"), Storage("ComplexFloatStorage", "0", 3), Int(0), Ints(3), Ints(1), False, OrderedDict(), Dict((Str(bit), True)))).View;

        Assert.Equal((conjugated, negated), (view.IsConjugated, view.IsNegated));
        Assert.Equal(negated ? -2f : 2f, BitConverter.Int32BitsToSingle((int)view.ToArray<ulong>()[1]));
        Assert.Equal(-3f, BitConverter.Int32BitsToSingle((int)(view.ToArray<ulong>()[1] >> 32)));
    }

    [Theory]
    [InlineData("FloatStorage", "conj")]
    [InlineData("BoolStorage", "neg")]
    public void ALazySignThatTheTypeCannotHaveIsRefused(string storage, string bit)
    {
        var error = Refused(Call(
            Utils("_rebuild_tensor_v2"), Storage(storage, "0", storage == "BoolStorage" ? 24 : 6), Int(0), Ints(1), Ints(1), False, OrderedDict(), Dict((Str(bit), True))));

        Assert.Contains($"'{bit}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RebuildTensorV3NamesItsType()
    {
        var view = Tensor(TensorV3(Untyped(24), 1, [2], [2], "uint16")).View;

        Assert.Equal(ElementType.UInt16, view.ElementType);
        Assert.Equal([(ushort)0, (ushort)16256], view.ToArray<ushort>());
        Assert.Equal("float8_e4m3fn", ElementTypeInfo.Of(Tensor(TensorV3(Untyped(24), 0, [24], [1], "float8_e4m3fn")).View.ElementType).Name);
    }

    [Fact]
    public void AnUntypedStorageWithoutATypeCountsBytes() =>
        Assert.Equal(ElementType.UInt8, Tensor(TensorV2(Untyped(24), 0, [24], [1])).View.ElementType);

    [Fact]
    public void ParametersSayWhetherTheyLearn()
    {
        var learning = Tensor(Call(Utils("_rebuild_parameter"), Plain, True, OrderedDict()));
        var frozen = Tensor(Call(Utils("_rebuild_parameter"), Plain, False, OrderedDict()));

        Assert.True(learning is { IsParameter: true, RequiresGrad: true, State: null });
        Assert.True(frozen is { IsParameter: true, RequiresGrad: false });
    }

    [Fact]
    public void AParameterKeepsItsAttributes()
    {
        var tensor = Tensor(Call(Utils("_rebuild_parameter_with_state"), Plain, True, OrderedDict(), Dict((Str("tag"), Int(7)))));

        Assert.True(tensor is { IsParameter: true, RequiresGrad: true });
        Assert.Equal(7, tensor.State!["tag"].AsInt64());
    }

    [Theory]
    [InlineData("torch._tensor")]
    [InlineData("torch.tensor")]
    public void APlainTensorKeepsItsAttributes(string module)
    {
        byte[] inner = Tuple(FloatStorage, Int(0), Ints(6), Ints(1), False, OrderedDict());

        var tensor = Tensor(Call(Global(module, "_rebuild_from_type_v2"), Utils("_rebuild_tensor_v2"), Global("torch", "Tensor"), inner, Dict((Str("persistent"), True))));
        var bare = Tensor(Call(Global(module, "_rebuild_from_type_v2"), Utils("_rebuild_tensor_v2"), Global("torch", "Tensor"), inner, None));

        Assert.True(tensor.State!["persistent"].AsBoolean());
        Assert.Null(bare.State);
    }

    [Fact]
    public void AParameterAroundARecordStaysARecord() =>
        Assert.Equal("torch._utils._rebuild_parameter", Assert.IsType<PyObject>(Read(Call(Utils("_rebuild_parameter"), Call(Global("my", "f")), True, OrderedDict()))).ClassName);

    [Theory]
    [InlineData("DoubleStorage", ElementType.Float64, 8)]
    [InlineData("FloatStorage", ElementType.Float32, 4)]
    [InlineData("HalfStorage", ElementType.Float16, 2)]
    [InlineData("BFloat16Storage", ElementType.BFloat16, 2)]
    [InlineData("LongStorage", ElementType.Int64, 8)]
    [InlineData("IntStorage", ElementType.Int32, 4)]
    [InlineData("ShortStorage", ElementType.Int16, 2)]
    [InlineData("CharStorage", ElementType.Int8, 1)]
    [InlineData("ByteStorage", ElementType.UInt8, 1)]
    [InlineData("BoolStorage", ElementType.Bool, 1)]
    [InlineData("ComplexDoubleStorage", ElementType.Complex128, 16)]
    [InlineData("ComplexFloatStorage", ElementType.Complex64, 8)]
    [InlineData("QInt8Storage", ElementType.QInt8, 1)]
    [InlineData("QUInt8Storage", ElementType.QUInt8, 1)]
    [InlineData("QInt32Storage", ElementType.QInt32, 4)]
    [InlineData("QUInt4x2Storage", ElementType.QUInt4x2, 1)]
    [InlineData("QUInt2x4Storage", ElementType.QUInt2x4, 1)]
    public void EveryStorageClassHasItsType(string name, ElementType type, int size)
    {
        var storage = Assert.IsType<PyStorage>(Read(Storage(name, "0", 48 / size), new byte[48]));

        Assert.Equal(type, storage.ElementType);
        Assert.Equal(48, storage.Storage.ByteLength);
        Assert.Equal(name, storage.TypeName);
    }

    [Fact]
    public void TheModuleOfAStorageClassDoesNotMatter()
    {
        byte[] storage = [.. Tuple(Str("storage"), Global("torch.cuda", "FloatStorage"), Int(0), Str("cuda:1"), Int(6)), (byte)'Q'];

        var view = Tensor(TensorV2(storage, 0, [6], [1])).View;

        Assert.Equal("cuda:1", view.Storage.Location);
        Assert.Equal(5f, view.ToArray<float>()[5]);
    }

    [Fact]
    public void OneKeyIsOneStorageAndTheFirstMentionDecides()
    {
        var root = Read(List(Plain, TensorV2(Storage("IntStorage", "0", 6), 2, [1], [1])));

        Assert.Same(root[0].AsTensor().Storage, root[1].AsTensor().Storage);
        Assert.Equal(ElementType.Float32, root[1].AsTensor().ElementType);
    }

    [Fact]
    public void OneTensorInTwoPlacesIsOneObject()
    {
        var root = Read([.. "]("u8, .. Plain, .. "q\0h\0e"u8]);

        Assert.Same(root[0], root[1]);
    }

    [Fact]
    public void AMetaTensorNeedsNoRecord()
    {
        var view = Tensor(TensorV2(Storage("FloatStorage", "9", 1L << 40, "meta"), 0, [1L << 40], [1])).View;

        Assert.Equal(1L << 42, view.ByteLength);
        Assert.Throws<UnsupportedCheckpointException>(() => view.ReadSpan<float>().Rank);
    }

    [Fact]
    public void ABigEndianFileIsTurnedByTheTensorsType()
    {
        // PyTorch turns storages by their class, and so reads the younger family wrong.
        byte[] bytes = [0, 1, 0, 2];
        var file = TorchZipBytes.BuildBigEndian(Protocol2(List(TensorV3(Untyped(4), 0, [2], [1], "uint16"), TensorV3(Untyped(4), 0, [1], [1], "uint32"))), ("0", bytes));
        using var checkpoint = Checkpoint.Open(file);

        Assert.Equal([(ushort)1, (ushort)2], checkpoint.Root[0].AsTensor().ToArray<ushort>());
        Assert.Equal([0x00010002u], checkpoint.Root[1].AsTensor().ToArray<uint>());
    }

    [Theory]
    [InlineData("FloatStorage", 2)]
    [InlineData("ComplexFloatStorage", 1)]
    [InlineData("LongStorage", 1)]
    public void ABigEndianFileIsSavedLittleEndian(string storage, int count)
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        using var checkpoint = Checkpoint.Open(TorchZipBytes.BuildBigEndian(
            Protocol2(List(TensorV2(Storage(storage, "0", count), 0, [count], [1]), TensorV3([.. Tuple(Str("storage"), Global("torch.storage", "UntypedStorage"), Str("1"), Str("cpu"), Int(8)), (byte)'Q'], 0, [4], [1], "uint16"))),
            ("0", bytes),
            ("1", bytes)));
        var saved = new MemoryStream();

        Checkpoint.Save(checkpoint.Root, saved, cancellationToken: TestContext.Current.CancellationToken);

        using var again = Checkpoint.Open(saved.ToArray());
        Assert.Equal(Bytes(checkpoint.Root[0]), Bytes(again.Root[0]));
        Assert.Equal([(ushort)0x0102, (ushort)0x0304, (ushort)0x0506, (ushort)0x0708], again.Root[1].AsTensor().ToArray<ushort>());
        Assert.False(again.Root[0].AsTensor().Storage.IsBigEndian);

        static byte[] Bytes(PyValue tensor)
        {
            var bytes = new byte[8];
            tensor.AsTensor().ReadBytes(bytes);
            return bytes;
        }
    }

    [Fact]
    public void ABigEndianStorageOfTwoSizesCannotBeSaved()
    {
        using var checkpoint = Checkpoint.Open(TorchZipBytes.BuildBigEndian(
            Protocol2(List(TensorV3(Untyped(4), 0, [2], [1], "uint16"), TensorV3(Untyped(4), 0, [1], [1], "uint32"))), ("0", [0, 1, 0, 2])));

        Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Save(checkpoint.Root, new MemoryStream(), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void PlainDataThatProtocol2SpellsAsCallsIsData()
    {
        byte[] abc = Call(Global("_codecs", "encode"), Str("ab\u00ff"), Str("latin1"));

        Assert.Equal("b'ab\\xff'", Read(abc).ToString());
        Assert.Equal("b''", Read(Call(Global("__builtin__", "bytes"))).ToString());
        Assert.Equal("b'\\x01\\x02'", Read(Call(Global("builtins", "bytes"), List(Int(1), Int(2)))).ToString());
        Assert.Equal("bytearray(b'ab\\xff')", Read(Call(Global("__builtin__", "bytearray"), abc)).ToString());
        Assert.Equal("bytearray(b'')", Read(Call(Global("__builtin__", "bytearray"))).ToString());
        Assert.Equal("bytearray(b'a')", Read(Call(Global("__builtin__", "bytearray"), Str("a"), Str("latin-1"))).ToString());
        Assert.Equal(new Complex(1, -2), Assert.IsType<PyComplex>(Read(Call(Global("__builtin__", "complex"), Float(1), Float(-2)))).Value);
        Assert.Equal([1, 2], Assert.IsType<PySet>(Read(Call(Global("__builtin__", "set"), List(Int(1), Int(2), Int(1))))).Items.Select(item => item.AsInt64()));
        Assert.True(Assert.IsType<PySet>(Read(Call(Global("__builtin__", "frozenset"), List()))).IsFrozen);
    }

    [Fact]
    public void AStateDictKeepsItsMetadataBesideItsEntries()
    {
        byte[] metadata = OrderedDict((Str(""), Dict((Str("version"), Int(1)))));
        var root = Assert.IsType<PyDict>(Read(Build(OrderedDict((Str("w"), Plain)), Dict((Str("_metadata"), metadata)))));

        Assert.True(root.IsOrdered);
        Assert.Equal(1, root.Count);
        Assert.Equal(1, root.Attributes!["_metadata"][""]["version"].AsInt64());
    }

    [Fact]
    public void APython2OrderedDictIsAListOfPairs()
    {
        var dict = Assert.IsType<PyDict>(Read(Call(Global("collections", "OrderedDict"), List(List(Str("b"), Int(1)), Tuple(Str("a"), Int(2))))));

        Assert.Equal(["'b'", "'a'"], dict.Select(entry => entry.Key.ToString()));
    }

    [Fact]
    public void DtypesAreNames() => Assert.Equal("torch.float16", Assert.IsType<PyGlobal>(Read(Global("torch", "float16"))).ToString());

    [Fact]
    public void WhatIsNotDataStaysARecordThatSaysAll()
    {
        Assert.Equal("#0=<Call torch.Size #1=(#2=(2, 3))>", ValueText.Of(Read(Call(Global("torch", "Size"), Ints(2, 3)))));
        Assert.Equal("#0=<Call torch.device #1=('cuda', 1)>", ValueText.Of(Read(Call(Global("torch", "device"), Str("cuda"), Int(1)))));
        Assert.Equal("#0=<Call collections.Counter #1=(#2={'a': 2})>", ValueText.Of(Read(Call(Global("collections", "Counter"), Dict((Str("a"), Int(2)))))));
        Assert.Equal(
            "#0=<Call collections.defaultdict #1=(__builtin__.list) entries {'a': 1}>",
            ValueText.Of(Read([.. Call(Global("collections", "defaultdict"), Global("__builtin__", "list")), .. Dict((Str("a"), Int(1)))[1..]])));
        Assert.Equal("#0=<Call os.system #1=('rm -rf /')>", ValueText.Of(Read(Call(Global("os", "system"), Str("rm -rf /")))));
        Assert.Equal("#0=<Call torch._utils._rebuild_tensor_v9 ()>", ValueText.Of(Read(Call(Utils("_rebuild_tensor_v9")))));
    }

    [Fact]
    public void AWholeModulesTensorsAreFoundInItsRecords()
    {
        byte[] module = [.. Global("model", "Net"), (byte)')', 0x81];
        byte[] linear = [.. Global("torch.nn.modules.linear", "Linear"), (byte)')', 0x81];
        byte[] parameters = Dict((Str("_parameters"), OrderedDict((Str("weight"), Call(Utils("_rebuild_parameter"), Plain, True, OrderedDict())))));
        byte[] children = Dict((Str("_modules"), OrderedDict((Str("fc"), Build(linear, parameters)))));
        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(Build(module, children)), ("0", _floats)));

        var entry = Assert.Single(checkpoint.Tensors);
        Assert.Equal("$._modules['fc']._parameters['weight']", entry.Path);
        Assert.True(entry.Value.IsParameter);
    }

    [Theory]
    [InlineData(3, new long[] { 2, 2 }, new long[] { 2, 1 }, "leaves its storage, which has 6 elements")]
    [InlineData(0, new long[] { 7 }, new long[] { 1 }, "leaves its storage, which has 6 elements")]
    [InlineData(0, new long[] { 2 }, new long[] { 6 }, "leaves its storage")]
    [InlineData(0, new[] { 1L << 62 }, new long[] { 0 }, "more bytes than 64 bits")]
    [InlineData(0, new long[] { -1 }, new long[] { 1 }, "negative size, -1")]
    [InlineData(-1, new long[] { 1 }, new long[] { 1 }, "negative storage offset, -1")]
    [InlineData(0, new long[] { 2 }, new long[] { -1 }, "negative stride, -1")]
    [InlineData(0, new long[] { 2 }, new long[] { 1, 1 }, "strides of 2")]
    public void ATensorThatItsStorageCannotHoldIsRefusedByName(long offset, long[] size, long[] stride, string message)
    {
        var error = Refused(Dict((Str("layer.weight"), TensorV2(FloatStorage, offset, size, stride))));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        AssertPlace(error, "archive/data.pkl", "layer.weight");
        Assert.InRange(error.Offset!.Value, 10, 400);
    }

    [Fact]
    public void ARecordOfTheWrongSizeIsNamed()
    {
        var error = Refused(Dict((Str("layer.weight"), TensorV2(Storage("FloatStorage", "0", 7), 0, [7], [1]))));

        Assert.Contains("24 bytes, and 7 elements of torch.float32 need 28", error.Message, StringComparison.Ordinal);
        AssertPlace(error, "archive/data/0", "layer.weight");
    }

    [Fact]
    public void AMissingRecordIsNamed()
    {
        var error = Refused(Dict((Str("layer.weight"), TensorV2(Storage("FloatStorage", "12", 1), 0, [1], [1]))));

        AssertPlace(error, "archive/data/12", "layer.weight");
        Assert.Null(error.Offset);
    }

    [Fact]
    public void AnUnknownStorageClassIsNamed()
    {
        var error = Refused(Dict((Str("layer.weight"), TensorV2(Storage("Float7Storage", "0", 6), 0, [6], [1]))));

        Assert.IsType<UnsupportedCheckpointException>(error);
        Assert.Contains("torch.Float7Storage", error.Message, StringComparison.Ordinal);
        AssertPlace(error, "archive/data.pkl", "layer.weight");
    }

    [Fact]
    public void AnUnknownTypeIsNamed() =>
        Assert.Contains("torch.float7", Refused(TensorV3(Untyped(24), 0, [1], [1], "float7")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void AnImpossibleStorageIsRefused(long count)
    {
        Refused(Storage("FloatStorage", "0", count));
        Refused(Storage("FloatStorage", "0", count, "meta"));
    }

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        var error = Refused(Call(Utils("_rebuild_tensor_v2"), FloatStorage, Str("0"), Ints(), Ints(), False, OrderedDict()));

        Assert.Contains("_rebuild_tensor_v2 takes (storage, offset, size, stride, requires_grad, hooks[, metadata])", error.Message, StringComparison.Ordinal);
        Assert.Contains("found (FloatStorage, str, tuple, tuple, bool, OrderedDict)", error.Message, StringComparison.Ordinal);
        Refused(Call(Utils("_rebuild_tensor"), FloatStorage));
        Refused(Call(Utils("_rebuild_tensor_v3"), FloatStorage, Int(0), Ints(1), Ints(1), False, OrderedDict()));
        Refused(Call(Utils("_rebuild_tensor_v2"), FloatStorage, Int(0), Str("1"), Ints(1), False, OrderedDict()));
        Refused(Call(Utils("_rebuild_tensor_v2"), FloatStorage, Int(0), Tuple(Str("1")), Ints(1), False, OrderedDict()));
    }

    [Fact]
    public void APersistentIdOfAnotherKindIsRefused()
    {
        byte[][] ids =
        [
            Str("storage"), Tuple(Str("module"), Global("torch", "FloatStorage"), Str("0"), Str("cpu"), Int(6)), Tuple(Str("storage"), Str("FloatStorage"), Str("0"), Str("cpu"), Int(6)),
            Tuple(Str("storage"), Global("torch", "FloatStorage"), Float(0), Str("cpu"), Int(6)), Tuple(Str("storage"), Global("torch", "FloatStorage"), Str("0"), Str("cpu"), Str("6")),
            Tuple(Str("storage"), Global("torch", "FloatStorage"), Str("0"), Str("cpu")),
        ];

        Assert.All(ids, id => Assert.Contains("persistent id", Refused([.. id, (byte)'Q']).Message, StringComparison.Ordinal));
    }

    private static byte[] Utils(string name) => Global("torch._utils", name);

    private static byte[] Untyped(long count) => [.. Tuple(Str("storage"), Global("torch.storage", "UntypedStorage"), Str("0"), Str("cpu"), Int(count)), (byte)'Q'];

    private static PyTensor Tensor(byte[] value) => Assert.IsType<PyTensor>(Read(value));

    private static PyValue Read(byte[] value, byte[]? storage = null) => Checkpoint.Open(TorchZipBytes.Build(Protocol2(value), ("0", storage ?? _floats))).Root;

    private static CheckpointException Refused(byte[] value) => Assert.ThrowsAny<CheckpointException>(() => Read(value));

    private static void AssertPlace(CheckpointException error, string record, string tensor)
    {
        Assert.Equal(record, error.Record);
        Assert.Equal(tensor, error.TensorName);
        Assert.Contains($"record '{record}'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"tensor '{tensor}'", error.Message, StringComparison.Ordinal);
    }
}
