using System.Numerics;
using static Torchkeep.Tests.PickleBytes;

namespace Torchkeep.Tests.Values;

/// <summary>What records of plain objects say, and that what is broken or something else is told so.</summary>
public class PyValueExtensionsTests
{
    private static readonly byte[] _noon = [0x07, 0xe8, 2, 29, 12, 30, 15, 0x01, 0xe2, 0x40];

    private static byte[] Encoded(params byte[] bytes) => Call(Global("_codecs", "encode"), Str(System.Text.Encoding.Latin1.GetString(bytes)), Str("latin1"));

    private static byte[] TimeDelta(long days, long seconds, long microseconds) => Call(Global("datetime", "timedelta"), Int(days), Int(seconds), Int(microseconds));

    private static byte[] Dtype(string code, string order, long itemSize = -1, params byte[][] more) =>
        Build(Call(Global("numpy", "dtype"), Str(code), False, True), Tuple([Int(3), Str(order), None, None, None, Int(itemSize), Int(-1), Int(0), .. more]));

    private static byte[] Array(byte[] dtype, byte[] data, bool isFortran, params long[] shape) =>
        Build(Call(Global("numpy.core.multiarray", "_reconstruct"), Global("numpy", "ndarray"), Ints(0), Encoded((byte)'b')), Tuple(Int(1), Ints(shape), dtype, isFortran ? True : False, data));

    [Fact]
    public void DatesAndTimes()
    {
        var time = Read(Call(Global("datetime", "datetime"), Encoded(_noon)));
        var zoned = Read(Call(Global("datetime", "datetime"), Encoded(_noon), Call(Global("datetime", "timezone"), TimeDelta(0, 7200, 0))));

        Assert.Equal(new DateTime(2024, 2, 29, 12, 30, 15, 123, 456), time.AsDateTime());
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 12, 30, 15, 123, 456, TimeSpan.FromHours(2)), zoned.AsDateTimeOffset());
        Assert.Equal(new DateOnly(2024, 2, 29), Read(Call(Global("datetime", "date"), Encoded(_noon[..4]))).AsDateOnly());
        Assert.Equal(new TimeOnly(12, 30, 15, 123, 456), Read(Call(Global("datetime", "time"), Encoded(_noon[4..]))).AsTimeOnly());
        Assert.Equal(new TimeSpan(-1, 0, 0, 5) + TimeSpan.FromMicroseconds(7), Read(TimeDelta(-1, 5, 7)).AsTimeSpan());
        Assert.Throws<InvalidOperationException>(() => zoned.AsDateTime());
        Assert.Throws<InvalidOperationException>(() => time.AsDateTimeOffset());
        Assert.Throws<InvalidOperationException>(() => time.AsDateOnly());
        Assert.Throws<OverflowException>(() => Read(TimeDelta(999999999, 0, 0)).AsTimeSpan());
    }

    [Fact]
    public void EntriesOfPlainContainersAreReachedByIndex()
    {
        var counter = new PyObject(PyObjectKind.Call, new PyGlobal("collections", "Counter"), new PyTuple(new PyDict { { "a", 2 } }));
        var size = new PyObject(PyObjectKind.Call, new PyGlobal("torch", "Size"), new PyTuple(new PyTuple(3, 4)));

        Assert.Equal(2, counter["a"].AsInt64());
        Assert.Equal(4, size[1].AsInt64());
        Assert.Contains("has 2 entries", Assert.Throws<ArgumentOutOfRangeException>(() => size[2]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PyTuple(1)[-1]);
    }

    [Fact]
    public void ARecordThatIsNoSuchDataHasNoRepr()
    {
        byte[] New(string module, string name) => [.. Global(module, name), .. ")"u8, 0x81];
        byte[][] damaged =
        [
            Call(Global("datetime", "datetime"), Int(7)),
            Call(Global("datetime", "datetime"), Encoded(0, 0, 0, 0, 99, 99, 99, 255, 255, 255)),
            Call(Global("datetime", "time"), Encoded(24, 0, 0, 0, 0, 0)),
            Call(Global("datetime", "timedelta"), Str("a"), Int(0), Int(0)),
            Call(Global("datetime", "timezone"), Int(1)),
            Call(Global("decimal", "Decimal"), Int(1)),
            Call(Global("fractions", "Fraction"), Int(1), Int(0)),
            Call(Global("fractions", "Fraction"), Str("1/0")),
            Call(Global("builtins", "range"), Int(1)),
            Call(Global("builtins", "slice"), Int(1)),
            Call(Global("collections", "deque"), Int(1)),
            Call(Global("collections", "Counter"), Int(1), Int(2), Int(3)),
            Call(Global("collections", "defaultdict"), Int(1), Int(2)),
            Call(Global("functools", "partial"), Int(1)),
            Call(Global("pathlib", "PosixPath"), Int(1)),
            Call(Global("re", "_compile"), Int(1), Int(2)),
            Call(Global("re", "_compile"), Str("a"), Int(1 << 20)),
            Call(Global("torch", "Size"), Int(1)),
            Call(Global("torch", "device"), Int(1)),
            Call(Global("numpy", "dtype"), Str("f4x")),
            Call(Global("numpy.core.multiarray", "scalar"), Dtype("f8", "<"), Encoded(1)),
            Call(Global("numpy.core.multiarray", "scalar"), Dtype("M8", "<"), Int(1)),
            Array(Dtype("f4", "<"), Encoded(1), false, 1L << 40),
            Build(New("uuid", "UUID"), Dict((Str("int"), Str("x")))),
            Build(New("argparse", "Namespace"), Int(1)),
        ];

        Assert.All(damaged, bytes =>
        {
            var record = Assert.IsType<PyObject>(Read(bytes));
            Assert.Null(record.Repr);
            Assert.StartsWith("<", record.ToPython(100), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void WhatDamagedRecordsAreAskedForIsRefusedInWords()
    {
        var zone = Call(Global("datetime", "timezone"), TimeDelta(-999999999, 0, 0));

        Assert.Throws<InvalidOperationException>(() => Read(Call(Global("datetime", "datetime"), Encoded(_noon), zone)).AsDateTimeOffset());
        Assert.Throws<InvalidOperationException>(() => Read(Call(Global("datetime", "datetime"), Int(-1))).AsDateTime());
        Assert.Throws<InvalidOperationException>(() => Read(Call(Global("fractions", "Fraction"), Int(1), Int(0))).AsFraction());
        Assert.Throws<InvalidOperationException>(() => Read(Call(Global("collections", "deque"), Int(1))).AsDeque());
        Assert.Throws<InvalidOperationException>(() => Read(Array(Dtype("U0", "<", 0), Encoded(), false, 1L << 40)).AsNumpy().ToStrings());
    }

    [Fact]
    public void DequesPatternsEnumsAndDtypes()
    {
        var (items, most) = Read([.. Call(Global("collections", "deque"), Tuple(), Int(3)), .. List(Int(1), Int(2))[1..]]).AsDeque();

        Assert.Equal((2, 3L), (items.Count, most));
        Assert.Empty(Read(Call(Global("collections", "deque"))).AsDeque().Items);
        Assert.Equal((new PyString("a+"), 34L), Read(Call(Global("re", "_compile"), Str("a+"), Int(34))).AsPattern());
        Assert.Equal((new PyGlobal("m", "Color"), (PyValue)PyInt.From(1)), Read(Call(Global("m", "Color"), Int(1))).AsEnum());
        Assert.Equal((new PyGlobal("m", "Color"), (PyValue)new PyString("RED")), Read(Call(Global("builtins", "getattr"), Global("m", "Color"), Str("RED"))).AsEnum());
        Assert.Equal(">f4", Read(Dtype("f4", ">")).AsNumpyType().ToString());
        Assert.Throws<InvalidOperationException>(() => Read(Int(1)).AsEnum());
        Assert.Throws<InvalidOperationException>(() => Read(Int(1)).AsNumpyType());
        Assert.Throws<InvalidOperationException>(() => Read(Int(1)).AsPattern());
    }

    [Fact]
    public void ATextIsAsLongAsWasAskedForAtMost()
    {
        PyValue shared = new string('x', 1000);
        for (var i = 0; i < 40; i++)
        {
            shared = new PyList(shared, shared, shared);
        }

        var cyclic = new PyList();
        cyclic.Items.Add(cyclic);

        Assert.Equal(103, shared.ToPython(100).Length);
        Assert.False(shared.TryToPython(10_000, out _));
        Assert.Equal("[[...]]", cyclic.ToPython(100));
        Assert.False(cyclic.TryToPython(100, out _));
        Assert.Equal("'ab...", new PyString("abcdef").ToPython(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => cyclic.ToPython(-1));
    }

    [Fact]
    public void BytesThatAreNoDateAreInvalid()
    {
        var value = Read(Call(Global("datetime", "datetime"), Encoded(0x07, 0xe8, 2, 30, 12, 30, 15, 0, 0, 0)));

        Assert.Throws<InvalidCheckpointException>(() => value.AsDateTime());
        Assert.Null(Assert.IsType<PyObject>(value).Repr);
        Assert.Throws<InvalidOperationException>(() => Read(Call(Global("datetime", "datetime"), Encoded(0x07, 0xe8, 2))).AsDateTime());
        Assert.Throws<InvalidOperationException>(() => Read(Call(Global("datetime", "date"), Int(7))).AsDateOnly());
    }

    [Theory]
    [InlineData("1.50", "1.50")]
    [InlineData("-0.001", "-0.001")]
    [InlineData("1E+3", "1000")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    public void DecimalsAreExact(string text, string expected) =>
        Assert.Equal(expected, Read(Call(Global("decimal", "Decimal"), Str(text))).AsDecimal().ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("79228162514264337593543950336")]
    [InlineData("1E+999999999")]
    [InlineData("1E-29")]
    [InlineData("NaN")]
    [InlineData("1.2.3")]
    public void ADecimalThatDoesNotFitIsNotRounded(string text) =>
        Assert.Throws<OverflowException>(() => Read(Call(Global("decimal", "Decimal"), Str(text))).AsDecimal());

    [Fact]
    public void NumbersThatAreClasses()
    {
        byte[] uuid = Build([.. Global("uuid", "UUID"), .. ")"u8, 0x81], Dict((Str("int"), Int(5))));

        Assert.Equal((new BigInteger(2), new BigInteger(3)), Read(Call(Global("fractions", "Fraction"), Int(2), Int(3))).AsFraction());
        Assert.Equal((new BigInteger(-2), new BigInteger(3)), Read(Call(Global("fractions", "Fraction"), Str("-2/3"))).AsFraction());
        Assert.Equal("00000000-0000-0000-0000-000000000005", Read(uuid).AsGuid().ToString());
        Assert.Throws<InvalidOperationException>(() => Read(Build([.. Global("uuid", "UUID"), .. ")"u8, 0x81], Dict((Str("int"), Int(-1))))).AsGuid());
    }

    [Theory]
    [InlineData("PosixPath", new[] { "/", "a", "b" }, "/a/b")]
    [InlineData("PurePosixPath", new[] { "/a/b" }, "/a/b")]
    [InlineData("PosixPath", new[] { "a", "b" }, "a/b")]
    [InlineData("PureWindowsPath", new[] { "C:\\", "a", "b" }, "C:\\a\\b")]
    [InlineData("PosixPath", new string[0], ".")]
    public void PathsAreText(string type, string[] parts, string expected) => Assert.Equal(expected, Read(Call(Global("pathlib", type), [.. parts.Select(Str)])).AsPath());

    [Theory]
    [InlineData(false, new[] { 1f, 2, 3, 4, 5, 6 })]
    [InlineData(true, new[] { 1f, 3, 5, 2, 4, 6 })]
    public void AnArrayHasItsOrder(bool isFortran, float[] expected)
    {
        byte[] data = [.. Enumerable.Range(1, 6).SelectMany(i => BitConverter.GetBytes((float)i))];

        var array = Read(Array(Dtype("f4", "<"), Encoded(data), isFortran, 2, 3)).AsNumpy();

        Assert.Equal(expected, array.ToTensor().ToArray<float>());
        Assert.Equal(("<f4", isFortran), (array.Type.ToString(), array.IsFortranOrder));
    }

    [Fact]
    public void ABigEndianArrayIsTurnedAndSavedTurned()
    {
        var view = Read(Array(Dtype("i2", ">"), Encoded(0, 1, 0, 2), false, 2)).AsNumpy().ToTensor();
        var saved = new MemoryStream();
        Checkpoint.Save(view, saved, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([(short)1, (short)2], view.ToArray<short>());
        Assert.Equal([(short)1, (short)2], Checkpoint.Open(saved.ToArray()).Root.AsTensor().ToArray<short>());
    }

    [Fact]
    public void TextObjectsAndDatesOfNumPy()
    {
        byte[] unit = Tuple(Dict(), Tuple(Encoded([.. "ns"u8]), Int(1), Int(1), Int(1)));

        Assert.Equal(["ab", "c"], Read(Array(Dtype("S2", "|", 2), Encoded((byte)'a', (byte)'b', (byte)'c', 0), false, 2)).AsNumpy().ToStrings());
        Assert.Equal(["ü"], Read(Array(Dtype("U2", "<", 8), Encoded(0xfc, 0, 0, 0, 0, 0, 0, 0), false, 1)).AsNumpy().ToStrings());
        Assert.Equal([1, 2], Read(Array(Dtype("O8", "|"), List(Int(1), Int(2)), false, 2)).AsNumpy().Items!.Select(item => item.AsInt64()));
        var dates = Read(Array(Dtype("M8", "<", -1, unit), Encoded(1, 0, 0, 0, 0, 0, 0, 0), false, 1)).AsNumpy();
        Assert.Equal(("ns", 1L), (dates.Type.Unit, dates.ToTensor().ToArray<long>()[0]));
        Assert.Throws<InvalidOperationException>(() => Read(Array(Dtype("f16", "<"), Encoded(new byte[16]), false, 1)).AsNumpy().ToTensor());
    }

    [Fact]
    public void AScalarIsANumber()
    {
        byte[] Scalar(string module, string code, params byte[] bytes) => Call(Global(module, "scalar"), Dtype(code, "<"), Encoded(bytes));

        Assert.Equal(1.5, Read(Scalar("numpy._core.multiarray", "f8", BitConverter.GetBytes(1.5))).AsDouble());
        Assert.Equal(-3, Read(Scalar("numpy.core.multiarray", "i4", 0xfd, 0xff, 0xff, 0xff)).AsInt64());
        Assert.True(Read(Scalar("numpy.core.multiarray", "b1", 1)).AsBoolean());
        Assert.Equal("np.float64(1.5)", Assert.IsType<PyObject>(Read(Scalar("numpy.core.multiarray", "f8", BitConverter.GetBytes(1.5)))).Repr);
        Assert.Throws<InvalidCheckpointException>(() => Read(Scalar("numpy.core.multiarray", "f8", 1)).AsDouble());
    }

    [Fact]
    public void AnArrayThatLiesIsRefusedBeforeAnythingIsAllocated()
    {
        Assert.Throws<InvalidCheckpointException>(() => Read(Array(Dtype("f4", "<"), Encoded(1), false, 1L << 40)).AsNumpy());
        Assert.Throws<InvalidCheckpointException>(() => Read(Array(Dtype("f4", "<"), Encoded(1), false, 1L << 40, 1L << 40)).AsNumpy());
        Assert.Throws<InvalidCheckpointException>(() => Read(Array(Dtype("f4", "<"), Encoded(1), false, -1)).AsNumpy());
        Assert.Throws<InvalidCheckpointException>(() => Read(Array(Dtype("O8", "|"), List(), false, 1L << 40)).AsNumpy());
        Assert.Throws<InvalidOperationException>(() => Read(Array(Str("f4"), Encoded(1), false, 1)).AsNumpy());
    }

    [Fact]
    public void ContainersAndObjects()
    {
        byte[] New(string module, string name, byte[] arguments) => [.. Global(module, name), .. arguments, 0x81];

        Assert.Equal(2, Read(Call(Global("collections", "Counter"), Dict((Str("a"), Int(2))))).AsDict()["a"].AsInt64());
        Assert.Equal(0, Read(Call(Global("collections", "defaultdict"), Global("__builtin__", "list"))).AsDict().Count);
        Assert.Equal([1, 2], Read([.. Call(Global("collections", "deque"), Tuple(), Int(3)), .. List(Int(1), Int(2))[1..]]).AsItems().Select(item => item.AsInt64()));
        Assert.Equal([1, 2], Read(New("my", "Point", Ints(1, 2))).AsItems().Select(item => item.AsInt64()));
        Assert.Equal(0.5, Read(Build(New("argparse", "Namespace", Tuple()), Dict((Str("lr"), Float(0.5))))).AsAttributes()["lr"].AsDouble());
        Assert.Equal(1, Read(Build(New("my", "Slots", Tuple()), Tuple(None, Dict((Str("a"), Int(1)))))).AsAttributes()["a"].AsInt64());
        Assert.Equal((1, 10, 2), Read(Call(Global("__builtin__", "xrange"), Int(1), Int(10), Int(2))).AsRange());
        Assert.Equal(PyNone.Value, Read(Call(Global("__builtin__", "slice"), Int(1), None, Int(2))).AsSlice().Stop);
        Assert.Equal([2, 3], Read(Call(Global("torch", "Size"), Ints(2, 3))).AsShape());
        Assert.Equal("cuda:1", Read(Call(Global("torch", "device"), Str("cuda"), Int(1))).AsDevice());
        Assert.Equal(ElementType.BFloat16, Read(Global("torch", "bfloat16")).AsElementType());
        var partial = Read(Build(Call(Global("functools", "partial"), Global("__builtin__", "int")), Tuple(Global("__builtin__", "int"), Tuple(), Dict((Str("base"), Int(2))), None))).AsPartial();
        Assert.Equal(("__builtin__.int", 2L), (partial.Function.ToString(), partial.KeywordArguments["base"].AsInt64()));
        Assert.Contains("expected a dictionary, found list", Assert.Throws<InvalidOperationException>(() => Read(List()).AsDict()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("torch", "Size", "torch.Size([2, 3])")]
    [InlineData("__builtin__", "xrange", null)]
    public void ShortRecordsHaveTheirRepr(string module, string name, string? expected) =>
        Assert.Equal(expected, Assert.IsType<PyObject>(Read(Call(Global(module, name), Ints(2, 3)))).Repr);

    [Fact]
    public void WhatAsksForCodeIsARecordThatSaysSo()
    {
        (byte[] Call, string Class)[] hostile =
        [
            (Call(Global("os", "system"), Str("ls")), "os.system"),
            (Call(Global("__builtin__", "eval"), Str("1")), "__builtin__.eval"),
            (Call(Global("torch", "load"), Str("x.pt")), "torch.load"),
            (Call(Call(Global("__builtin__", "getattr"), Call(Global("__builtin__", "__import__"), Str("os")), Str("system")), Str("ls")), "(computed)"),
            (Build([.. Global("subprocess", "Popen"), .. ")"u8, 0x81], Dict((Str("args"), Str("ls")))), "subprocess.Popen"),
            (Call(Global("torch.storage", "_load_from_bytes"), Encoded(1, 2, 3)), "torch.storage._load_from_bytes"),
        ];

        Assert.All(hostile, row =>
        {
            var record = Assert.IsType<PyObject>(Read(row.Call));
            Assert.Equal(row.Class, record.ClassName);
            Assert.Null(record.Repr);
        });
    }

    [Theory]
    [InlineData(Python2Text.Utf8OrBytes, "'ü'", "b'\\xff'")]
    [InlineData(Python2Text.Utf8, "'ü'", null)]
    [InlineData(Python2Text.Latin1, "'Ã¼'", "'ÿ'")]
    [InlineData(Python2Text.Ascii, null, null)]
    [InlineData(Python2Text.Bytes, "b'\\xc3\\xbc'", "b'\\xff'")]
    public void StringsOfPython2AreReadAsToldTo(Python2Text text, string? utf8, string? other)
    {
        Check([(byte)'U', 2, 0xc3, 0xbc], utf8);
        Check([(byte)'T', 1, 0, 0, 0, 0xff], other);
        Check([(byte)'U', 1, (byte)'a'], text == Python2Text.Bytes ? "b'a'" : "'a'");

        void Check(byte[] value, string? expected)
        {
            var options = new ReadOptions { Python2Text = text };
            if (expected is null)
            {
                Assert.Contains(nameof(ReadOptions.Python2Text), Assert.Throws<InvalidCheckpointException>(() => Checkpoint.Open(Protocol2(value), options)).Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(expected, Checkpoint.Open(Protocol2(value), options).Root.ToString());
            }
        }
    }

    [Fact]
    public void AStorageOfPython2MayBeNamedInBytes()
    {
        static byte[] Short(string text) => [(byte)'U', (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)];
        byte[] storage = [.. Tuple(Short("storage"), Global("torch", "FloatStorage"), Short("0"), Short("cpu"), Int(1)), (byte)'Q'];

        using var checkpoint = Checkpoint.Open(TorchZipBytes.Build(Protocol2(TensorV2(storage, 0, [1], [1])), ("0", [0, 0, 128, 63])), new ReadOptions { Python2Text = Python2Text.Bytes });

        Assert.Equal([1f], checkpoint.Root.AsTensor().ToArray<float>());
    }

    private static PyValue Read(byte[] value) => Checkpoint.Open(Protocol2(value)).Root;
}
