using CsCheck;
using Torchkeep.Pickle;
using Torchkeep.Torch;

namespace Torchkeep.Tests.Torch;

public class TorchPickleEncoderTests
{
    [Fact]
    public void AnyGraphComesBackAsItWas() =>
        RandomValues.Graph.Sample(
            graph => Assert.Equal(ValueText.Of(graph), ValueText.Of(RoundTrip(graph))),
            iter: 20_000,
            print: ValueText.Of);

    [Fact]
    public void AGraphIsWrittenTheSameAgain() =>
        RandomValues.Graph.Sample(
            graph => Assert.Equal(
                TorchPickleEncoder.Encode(RoundTrip(graph)).Pickle.ToArray(),
                TorchPickleEncoder.Encode(RoundTrip(RoundTrip(graph))).Pickle.ToArray()),
            iter: 5_000,
            print: ValueText.Of);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(2000)]
    [InlineData(2001)]
    public void ContainersOfAnySizeComeBack(int count)
    {
        var list = new PyList(Enumerable.Range(0, count).Select(i => (PyValue)i));
        var dict = new PyDict();
        for (var i = 0; i < count; i++)
        {
            dict[i] = $"{i}";
        }

        Assert.Equal(ValueText.Of(new PyTuple(list, dict)), ValueText.Of(RoundTrip(new PyTuple(list, dict))));
    }

    [Theory]
    [InlineData(0, "K00")]
    [InlineData(255, "Kff")]
    [InlineData(256, "M0001")]
    [InlineData(65535, "Mffff")]
    [InlineData(65536, "J00000100")]
    [InlineData(int.MaxValue, "Jffffff7f")]
    [InlineData(-1, "Jffffffff")]
    [InlineData(int.MinValue, "J00000080")]
    [InlineData(int.MaxValue + 1L, "8a050000008000")]
    [InlineData(int.MinValue - 1L, "8a05ffffff7fff")]
    [InlineData(long.MinValue, "8a080000000000000080")]
    public void IntegersTakeTheOpcodesOfCPython(long value, string expected)
    {
        var hex = char.IsAsciiLetterUpper(expected[0]) ? $"{(int)expected[0]:x2}{expected[1..]}" : expected;

        Assert.Equal($"8002{hex}2e", Convert.ToHexStringLower(TorchPickleEncoder.Encode(value).Pickle.Span));
    }

    [Fact]
    public void NamesAreSpelledAsPython2DoesInProtocol2()
    {
        var pickle = System.Text.Encoding.Latin1.GetString(TorchPickleEncoder.Encode(new PyList(new PySet(), new PyComplex(1), new PyGlobal("copyreg", "x"))).Pickle.Span);

        Assert.Contains("c__builtin__\nset\n", pickle, StringComparison.Ordinal);
        Assert.Contains("c__builtin__\ncomplex\n", pickle, StringComparison.Ordinal);
        Assert.Contains("ccopy_reg\nx\n", pickle, StringComparison.Ordinal);
    }

    [Fact]
    public void ANameWithALineBreakIsRefused() =>
        Assert.Throws<UnsupportedCheckpointException>(() => TorchPickleEncoder.Encode(new PyGlobal("os\nsystem", "x")));

    [Fact]
    public void ASetInItselfIsRefusedInsteadOfWrittenWithoutEnd()
    {
        var (set, other) = (new PySet(), new PySet(isFrozen: true));
        set.Add(new PyTuple(new PyTuple(other)));
        other.Add(set);

        Assert.Contains("its own member", Assert.Throws<UnsupportedCheckpointException>(() => TorchPickleEncoder.Encode(set)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASetThatItsMembersStateNamesComesBack()
    {
        var member = new PyObject(PyObjectKind.New, new PyGlobal("model", "M"), PyTuple.Empty);
        var set = new PySet();
        set.Add(member);
        member.State = set;

        var back = Assert.IsType<PySet>(RoundTrip(set));

        Assert.Same(back, ((PyObject)back.Items[0]).State);
    }

    [Fact]
    public void ATupleInItselfIsOneObjectAgain()
    {
        var list = new PyList();
        var tuple = new PyTuple(list);
        list.Items.Add(tuple);

        var back = Assert.IsType<PyTuple>(RoundTrip(tuple));

        Assert.Same(back, ((PyList)back[0])[0]);
    }

    [Fact]
    public void ARecordInItsOwnArgumentsIsFilledOnce()
    {
        var list = new PyList();
        var record = new PyObject(PyObjectKind.Call, new PyGlobal("model", "make"), new PyTuple(list)) { Items = new(1, 2), State = "state" };
        list.Items.Add(record);

        var back = Assert.IsType<PyObject>(RoundTrip(record));

        Assert.Equal([1, 2], back.Items!.Items.Select(item => item.AsInt64()));
        Assert.Same(back, ((PyList)back.Arguments[0])[0]);
    }

    [Fact]
    public void TensorsThatShareAStorageNameOneKey()
    {
        var storage = TensorStorage.FromArray(new float[10]);
        var root = new PyList(new TensorView(storage, ElementType.Float32, [2], [1], 3), new TensorView(storage, ElementType.Float32, [10]), TensorView.FromArray([1L], ElementType.Int64));

        var (_, storages) = TorchPickleEncoder.Encode(root);

        Assert.Equal(["0", "1"], storages.Select(record => record.Key));
        Assert.Same(storage.Bytes, storages[0].Bytes);
    }

    [Fact]
    public void AStorageUnderTwoTypesIsRefused()
    {
        var storage = TensorStorage.FromArray(new float[2]);
        PyDict root = new() { { "a", new TensorView(storage, ElementType.Float32, [2]) }, { "b", new TensorView(storage, ElementType.Int32, [2]) } };

        var error = Assert.Throws<UnsupportedCheckpointException>(() => TorchPickleEncoder.Encode(root));

        Assert.Equal("b", error.TensorName);
        Assert.Contains("torch.float32 and as torch.int32", error.Message, StringComparison.Ordinal);
    }

    private static PyValue RoundTrip(PyValue value)
    {
        var (pickle, storages) = TorchPickleEncoder.Encode(value);
        var position = 0;
        return PickleMachine.Run(pickle.Span, ref position, "data.pkl", new TorchPickleHost(new TestStorages([.. storages]), ReadLimits.Default), ReadLimits.Default);
    }

    private sealed class TestStorages(StorageRecord[] storages) : IStorageLookup
    {
        public bool IsBigEndian => false;

        public ByteSource Find(string key, long elements, ElementTypeInfo type) => storages.Single(storage => storage.Key == key).Bytes;
    }
}
