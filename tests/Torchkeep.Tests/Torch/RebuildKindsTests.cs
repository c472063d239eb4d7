using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Torch;

/// <summary>The calls of tensors that are more, or less, than one strided view, and what is wrong with them.</summary>
public class RebuildKindsTests
{
    private static readonly byte[] _longs = [.. Enumerable.Range(0, 12).SelectMany(i => BitConverter.GetBytes((long)i))];

    private static byte[] Values => Floats(3);

    [Theory]
    [InlineData(3, null)]
    [InlineData(4, true)]
    public void ACoordinateTensorHasThreeItemsOrFour(int items, bool? isCoalesced)
    {
        byte[][] data = [Longs(2, 3), Values, Size(4, 5), True];

        var tensor = Assert.IsType<PySparseTensor>(Read(Sparse("torch.sparse_coo", data[..items])));

        Assert.Equal((SparseLayout.Coo, isCoalesced), (tensor.SparseLayout, tensor.IsCoalesced));
        Assert.Equal([4, 5], tensor.Shape);
        Assert.Equal([0L, 1, 2, 3, 4, 5], tensor.Indices!.View.ToArray<long>());
        Assert.Equal("Tensor torch.sparse_coo torch.float32 [4, 5]", tensor.ToString());
    }

    [Theory]
    [InlineData("_rebuild_sparse_tensor", "torch.sparse_csr", SparseLayout.Csr, "crow_indices", "col_indices")]
    [InlineData("_rebuild_sparse_csr_tensor", "torch.sparse_csr", SparseLayout.Csr, "crow_indices", "col_indices")]
    [InlineData("_rebuild_sparse_tensor", "torch.sparse_csc", SparseLayout.Csc, "ccol_indices", "row_indices")]
    public void ACompressedTensorIsSpelledInTwoWays(string callable, string layout, SparseLayout expected, string compressed, string plain)
    {
        var tensor = Assert.IsType<PySparseTensor>(Read(Call(Global("torch._utils", callable), Layout(layout), Tuple(Longs(3), Longs(3), Values, Size(2, 2)))));

        Assert.Equal(expected, tensor.SparseLayout);
        Assert.Equal([compressed, plain, "values"], tensor.Parts.Select(part => part.Key));
    }

    [Fact]
    public void BlocksAreDenseAndDivideTheSizes()
    {
        var tensor = Assert.IsType<PySparseTensor>(Read(Sparse("torch.sparse_bsr", Longs(3), Longs(1), Floats(1, 2, 3), Size(4, 6))));

        Assert.Equal(SparseLayout.Bsr, tensor.SparseLayout);
        Assert.Contains("blocks of 2", Refused(Sparse("torch.sparse_bsr", Longs(3), Longs(1), Floats(1, 2, 3), Size(5, 6))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PartsThatDoNotFitAreRefused()
    {
        (byte[] Call, string Message)[] wrong =
        [
            (Sparse("torch.sparse_coo", Floats(2, 3), Values, Size(4, 5)), "must be integers, and are torch.float32"),
            (Sparse("torch.sparse_coo", Longs(3), Values, Size(4, 5)), "must have 2 dimensions, and have 1"),
            (Sparse("torch.sparse_coo", Longs(2, 2), Values, Size(4, 5)), "indices for 2 elements, and 3 elements"),
            (Sparse("torch.sparse_coo", Longs(2, 3), Values, Size(4, 5, 6)), "make no tensor of shape [4, 5, 6]"),
            (Sparse("torch.sparse_coo", Longs(1, 3), Floats(3, 2), Size(4, 5)), "not the dense part"),
            (Sparse("torch.sparse_coo", Longs(2, 3), Values, Size(-4, 5)), "negative size"),
            (Sparse("torch.sparse_csr", Longs(4), Longs(3), Values, Size(2, 2)), "2 rows or columns have 3 compressed indices, and there are 4"),
            (Sparse("torch.sparse_csr", Longs(3), Longs(2), Values, Size(2, 2)), "indices for 2 elements, and 3 elements"),
            (Sparse("torch.sparse_csr", Floats(3), Longs(3), Values, Size(2, 2)), "int32 or both int64"),
            (Sparse("torch.sparse_csr", Longs(), Longs(), Values, Size(2, 2)), "make no tensor"),
            (Sparse("torch.sparse_bsc", Longs(3), Longs(3), Values, Size(2, 2)), "make no tensor"),
        ];

        Assert.All(wrong, row => Assert.Contains(row.Message, Refused(row.Call).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void ALayoutThatIsNoneStaysARecord()
    {
        Assert.IsType<PyObject>(Read(Sparse("torch.sparse_xyz", Longs(2, 3), Values, Size(4, 5))));
        Assert.IsType<PyObject>(Read(Sparse("torch.sparse_coo", Longs(2, 3), Str("values"), Size(4, 5))));
        Assert.IsType<PyObject>(Read(Call(Global("torch._utils", "_rebuild_sparse_tensor"), Str("torch.sparse_coo"), Tuple(Longs(2, 3), Values, Size(4, 5)))));
    }

    [Fact]
    public void AQuantizedTensorHasAScaleOrOneForEachSlice()
    {
        var whole = Assert.IsType<PyQuantizedTensor>(Read(Quantized("QUInt8Storage", 6, [2, 3], [3, 1], Tuple(Global("torch", "per_tensor_affine"), Float(0.5), Int(3)))));
        var sliced = Assert.IsType<PyQuantizedTensor>(Read(Quantized("QUInt8Storage", 6, [2, 3], [1, 2], PerChannel(Floats(3), Longs(3), 1))));

        Assert.Equal((0.5, 3L, "torch.per_tensor_affine"), (whole.Scale, whole.ZeroPoint, whole.Scheme));
        Assert.Equal((1, "torch.per_channel_affine", ElementType.QUInt8), (sliced.Axis, sliced.Scheme, sliced.ElementType));
        Assert.Equal([1, 2], sliced.Integers.Strides);
        Assert.Equal("torch.per_channel_affine_float_qparams", Assert.IsType<PyQuantizedTensor>(Read(Quantized("QUInt8Storage", 6, [2, 3], [3, 1], PerChannel(Floats(3), Floats(3), 1)))).Scheme);
        Assert.Equal([0.5, 1.0], Assert.IsType<PyQuantizedTensor>(Read(Quantized("QInt8Storage", 6, [2, 3], [3, 1], PerChannel(List(Float(0.5), Float(1)), List(Int(0), Int(1)), 0)))).Scales!.View.ToArray<double>());
    }

    [Fact]
    public void NumbersThatShareAByteAreCountedInBytes()
    {
        var tensor = Assert.IsType<PyQuantizedTensor>(Read(Quantized("QUInt4x2Storage", 8, [3, 5], [5, 1], PerChannel(Floats(3), Floats(3), 0))));

        Assert.Equal([3, 5], tensor.Shape);
        Assert.Equal([8], tensor.Integers.Shape);
    }

    [Fact]
    public void AQuantizerThatDoesNotFitIsRefused()
    {
        byte[] Wrong(byte[] parameters) => Quantized("QInt8Storage", 6, [2, 3], [3, 1], parameters);

        Assert.Contains("axis 2", Refused(Wrong(PerChannel(Floats(3), Longs(3), 2))).Message, StringComparison.Ordinal);
        Assert.Contains("axis -1", Refused(Wrong(PerChannel(Floats(3), Longs(3), long.MinValue))).Message, StringComparison.Ordinal);
        Assert.Contains("3 slices along dimension 1, 2 scales", Refused(Wrong(PerChannel(Floats(2), Longs(3), 1))).Message, StringComparison.Ordinal);
        Assert.Contains("no quantized type", Refused(Quantized("FloatStorage", 6, [2, 3], [3, 1], PerChannel(Floats(3), Longs(3), 1))).Message, StringComparison.Ordinal);
        Assert.IsType<PyObject>(Read(Wrong(Tuple(Global("torch", "per_tensor_symmetric"), Float(1), Int(0)))));
        Refused(Quantized("QInt8Storage", 6, [2, 4], [4, 1], PerChannel(Floats(2), Longs(2), 0)));
        Refused(Quantized("QUInt4x2Storage", 8, [1L << 40, 5], [5, 1], PerChannel(Floats(3), Floats(3), 0)));
    }

    [Fact]
    public void ANestedTensorIsABufferAndItsPlaces()
    {
        var tensor = Assert.IsType<PyNestedTensor>(Read(Nested(Floats(6), Longs(2, 1), Longs(2, 1), Longs(2))));

        Assert.Equal((2L, false, "torch.strided"), (tensor.Count, tensor.IsJagged, tensor.Layout));
        Refused(Nested(Floats(2, 3), Longs(2, 1), Longs(2, 1), Longs(2)));
        Refused(Nested(Floats(6), Longs(2, 1), Longs(1, 2), Longs(2)));
        Refused(Nested(Floats(6), Longs(2, 1), Longs(2, 1), Longs(3)));
        Refused(Nested(Floats(6), Floats(2, 1), Longs(2, 1), Longs(2)));
    }

    [Fact]
    public void AJaggedTensorHasItsOffsetsAndPerhapsLengths()
    {
        byte[] Jagged(byte[] offsets, byte[] lengths, long ragged) => Call(
            Global("torch._tensor", "_rebuild_from_type_v2"),
            Global("torch.nested._internal.nested_tensor", "_rebuild_njt"),
            Global("torch.nested._internal.nested_tensor", "NestedTensor"),
            Tuple(Dict((Str("values"), Floats(4, 3)), (Str("offsets"), offsets), (Str("lengths"), lengths), (Str("_ragged_idx"), Int(ragged)), (Str("_metadata_cache"), Dict()), (Str("requires_grad"), True))),
            Dict());

        var tensor = Assert.IsType<PyNestedTensor>(Read(Jagged(Longs(3), Longs(2), 1)));

        Assert.Equal((2L, true, true, "NestedTensor"), (tensor.Count, tensor.IsJagged, tensor.RequiresGrad, tensor.TypeName));
        Assert.Null(Assert.IsType<PyNestedTensor>(Read(Jagged(Longs(3), None, 2))).Lengths);
        Refused(Jagged(Longs(3), Longs(3), 1));
        Refused(Jagged(Longs(3), None, 3));
        Refused(Jagged(Longs(3, 1), None, 1));
    }

    [Fact]
    public void AMetaTensorWithoutAStorageHasItsLayout()
    {
        var tensor = Assert.IsType<PyTensor>(Read(Meta("float16", [1L << 20, 1L << 20], [1, 1L << 20])));

        Assert.Equal("meta", tensor.View.Storage.Location);
        Assert.Equal([1, 1L << 20], tensor.View.Strides);
        Assert.True(tensor.RequiresGrad);
        Assert.Equal(0, Assert.IsType<PyTensor>(Read(Meta("float32", [2, 0], [0, 1]))).View.ByteLength);
        Refused(Meta("float32", [1L << 40, 1L << 40], [1L << 40, 1]));
        Refused(Meta("float32", [2], [long.MaxValue]));
        Refused(Meta("float32", [2], [-1]));
        Refused(Meta("float32", [2], []));
        Refused(Meta("float99", [2], [1]));
    }

    [Fact]
    public void ASubclassIsATensorWithAName()
    {
        byte[] inner = Tuple(Storage("FloatStorage", "f", 6), Int(0), Ints(6), Ints(1), False, OrderedDict());

        var tensor = Assert.IsType<PyTensor>(Read(Call(Global("torch._tensor", "_rebuild_from_type"), Global("torch._utils", "_rebuild_tensor_v2"), Global("my", "Tensor"), inner, Dict((Str("note"), Int(1))))));

        Assert.Equal(("my.Tensor", "Tensor"), (tensor.Subclass!.ToString(), tensor.TypeName));
        Assert.Equal(1, tensor.State!["note"].AsInt64());
        Assert.IsType<PyObject>(Read(Call(Global("torch._tensor", "_rebuild_from_type_v2"), Global("os", "system"), Global("my", "Tensor"), Tuple(Str("ls")), None)));
        Assert.IsType<PyObject>(Read(Call(Global("torch._tensor", "_rebuild_from_type_v2"), Global("torch._tensor", "_rebuild_from_type_v2"), Global("my", "Tensor"), inner, None)));
    }

    [Fact]
    public void AWrapperHasItsTensorsAmongItsAttributes()
    {
        var tensor = Assert.IsType<PyWrapperTensor>(Read(Call(
            Global("torch._tensor", "_rebuild_from_type_v2"),
            Global("torch._utils", "_rebuild_wrapper_subclass"),
            Global("torch.distributed.tensor", "DTensor"),
            Tuple(Global("torch.distributed.tensor", "DTensor"), Global("torch", "float32"), Size(4, 3), Ints(3, 1), Int(0), Layout("torch.strided"), Call(Global("torch", "device"), Str("cuda"), Int(1)), True),
            Dict((Str("_local_tensor"), Floats(2, 3)), (Str("_spec"), None)))));

        Assert.Equal(("DTensor", "cuda:1", ElementType.Float32, true), (tensor.TypeName, tensor.Location, tensor.ElementType, tensor.RequiresGrad));
        Assert.Equal([4, 3], tensor.Shape);
        Assert.Equal([2, 3], tensor.State!["_local_tensor"].AsTensor().Shape);
    }

    [Fact]
    public void AParameterBeforeItsFirstInputHasNoShape()
    {
        var parameter = Assert.IsType<PyUninitializedTensor>(Read(Call(Global("torch.nn.parameter", "UninitializedParameter"), True)));
        var buffer = Assert.IsType<PyUninitializedTensor>(Read(Call(Global("torch.nn.parameter", "UninitializedBuffer"), False)));

        Assert.Equal(("<UninitializedParameter>", true, true), (parameter.ToString(), parameter.IsParameter, parameter.RequiresGrad));
        Assert.Equal(("<UninitializedBuffer>", false), (buffer.ToString(), buffer.IsParameter));
    }

    [Fact]
    public void AParameterMayBeAroundAnyKind()
    {
        var tensor = Assert.IsType<PySparseTensor>(Read(Call(Global("torch._utils", "_rebuild_parameter"), Sparse("torch.sparse_coo", Longs(2, 3), Values, Size(4, 5)), True, OrderedDict())));

        Assert.Equal((true, true, "Parameter"), (tensor.IsParameter, tensor.RequiresGrad, tensor.TypeName));
    }

    [Fact]
    public void AParameterOfBeforeTheirRebuildCallIsOneWithItsState()
    {
        byte[] New(byte[] type, byte[] argument) => [.. type, .. argument, 0x85, 0x81];
        byte[] tensor = Call(Global("torch._utils", "_rebuild_tensor"), Storage("FloatStorage", "f", 6), Int(0), Ints(6), Ints(1));
        byte[] hooks = OrderedDict();

        var frozen = Assert.IsType<PyTensor>(Read(Build(New(Global("torch.nn.parameter", "Parameter"), tensor), Tuple(False, False, hooks))));
        var learning = Assert.IsType<PyTensor>(Read(New(Global("torch.nn.parameter", "Parameter"), tensor)));
        var variable = Assert.IsType<PyTensor>(Read(Build(Call(Global("torch.autograd.variable", "Variable"), tensor), Tuple(True, False, hooks))));
        var older = Assert.IsType<PyTensor>(Read(Build(Call(Global("torch.autograd.variable", "Variable"), Floats(2)), Tuple(tensor, None, hooks, True, False))));

        Assert.Equal((true, false), (frozen.IsParameter, frozen.RequiresGrad));
        Assert.Equal((true, true), (learning.IsParameter, learning.RequiresGrad));
        Assert.Equal((false, true), (variable.IsParameter, variable.RequiresGrad));
        Assert.Equal((true, 6L), (older.RequiresGrad, older.View.ElementCount));
        Refused(Build(Call(Global("torch.autograd.variable", "Variable"), tensor), Tuple(Str("requires"), False, hooks)));
        Assert.IsType<PyObject>(Read(New(Global("torch.nn.parameter", "Parameter"), Str("tensor"))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheFirstTensorsAreAnEmptyClassAndAState(bool isNew)
    {
        byte[] type = Global("torch", "FloatTensor");
        byte[] made = isNew ? [.. type, (byte)')', 0x81] : Call(type);

        var tensor = Assert.IsType<PyTensor>(Read(Build(made, Tuple(Storage("FloatStorage", "f", 6), Int(2), Ints(2, 2), Ints(2, 1)))));

        Assert.Equal([2, 2], tensor.View.Shape);
        Assert.Equal(2, tensor.View.StorageOffset);
    }

    [Fact]
    public void WhatIsSavedAgainIsTheSame()
    {
        byte[][] all =
        [
            Sparse("torch.sparse_coo", Longs(2, 3), Values, Size(4, 5)),
            Sparse("torch.sparse_bsc", Longs(4), Longs(1), Floats(1, 2, 2), Size(4, 6)),
            Quantized("QUInt4x2Storage", 8, [3, 5], [5, 1], PerChannel(Floats(3), Floats(3), 0)),
            Nested(Floats(6), Longs(2, 1), Longs(2, 1), Longs(2)),
            Meta("float16", [2, 3], [1, 2]),
            Call(Global("torch.nn.parameter", "UninitializedParameter"), True),
            Call(Global("torch._utils", "_rebuild_parameter"), Sparse("torch.sparse_csr", Longs(3), Longs(3), Values, Size(2, 2)), True, OrderedDict()),
        ];
        using var checkpoint = Open(List(all));
        var saved = new MemoryStream();

        Checkpoint.Save(checkpoint.Root, saved, cancellationToken: TestContext.Current.CancellationToken);

        using var again = Checkpoint.Open(saved.ToArray());
        Assert.Equal(Lines(checkpoint), Lines(again));
        static List<string> Lines(Checkpoint checkpoint) => [.. checkpoint.Walk().Select(entry => $"{entry.Path} {entry.Value}")];
    }

    private static byte[] Layout(string name) => Call(Global("torch.serialization", "_get_layout"), Str(name));

    private static byte[] Size(params long[] sizes) => Call(Global("torch", "Size"), Ints(sizes));

    private static byte[] Sparse(string layout, params byte[][] data) => Call(Global("torch._utils", "_rebuild_sparse_tensor"), Layout(layout), Tuple(data));

    private static byte[] Nested(params byte[][] parts) => Call(Global("torch._utils", "_rebuild_nested_tensor"), parts);

    private static byte[] Meta(string type, long[] size, long[] stride) =>
        Call(Global("torch._utils", "_rebuild_meta_tensor_no_storage"), Global("torch", type), Ints(size), Ints(stride), True);

    private static byte[] PerChannel(byte[] scales, byte[] zeroPoints, long axis) => Tuple(Global("torch", "per_channel_affine"), scales, zeroPoints, Int(axis));

    private static byte[] Quantized(string storage, long count, long[] size, long[] stride, byte[] parameters) =>
        Call(Global("torch._utils", "_rebuild_qtensor"), Storage(storage, storage, count), Int(0), Ints(size), Ints(stride), parameters, False, OrderedDict());

    private static byte[] Longs(params long[] shape) => TensorV2(Storage("LongStorage", "l", 12), 0, shape, RowMajor(shape));

    private static byte[] Floats(params long[] shape) => TensorV2(Storage("FloatStorage", "f", 6), 0, shape, [.. shape.Select(_ => 0L)]);

    private static long[] RowMajor(long[] shape) => [.. shape.Select((_, i) => shape[(i + 1)..].Aggregate(1L, (product, size) => product * size))];

    private static Checkpoint Open(byte[] value) => Checkpoint.Open(TorchZipBytes.Build(
        Protocol2(value),
        ("l", _longs), ("f", new byte[24]), ("QUInt8Storage", new byte[6]), ("QInt8Storage", new byte[6]), ("QUInt4x2Storage", new byte[8]), ("FloatStorage", new byte[24])));

    private static PyValue Read(byte[] value) => Open(value).Root;

    private static CheckpointException Refused(byte[] value) => Assert.ThrowsAny<CheckpointException>(() => Read(value));
}
