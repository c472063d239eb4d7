using System.Globalization;
using System.Numerics;

namespace Torchkeep.Tests.Values;

public class PyValueTests
{
    [Fact]
    public void EachKindIsAskedForByItsType()
    {
        Assert.Equal("x", ((PyValue)"x").AsString());
        Assert.Equal(5, ((PyValue)5).AsInt64());
        Assert.Equal(1, ((PyValue)true).AsInt64());
        Assert.Equal(2.5, ((PyValue)2.5).AsDouble());
        Assert.Equal(3.0, ((PyValue)3).AsDouble());
        Assert.Equal(Math.Pow(2, 70), PyInt.From(BigInteger.One << 70).AsDouble());
        Assert.True(((PyValue)true).AsBoolean());
        Assert.Equal(4, new PyList(1, 2, 4)[2].AsInt64());
        Assert.Equal(2, new PyTuple(1, 2)[1].AsInt64());
        Assert.Equal(9, new PyDict { { "k", 9 } }["k"].AsInt64());
        Assert.Equal(9, new PyObject(PyObjectKind.New, new PyGlobal("m", "D"), PyTuple.Empty) { Entries = new() { { "k", 9 } } }["k"].AsInt64());
    }

    [Theory]
    [InlineData("9007199254740993", 9007199254740992)]
    [InlineData("9007199254740995", 9007199254740996)]
    [InlineData("-9007199254740995", -9007199254740996)]
    [InlineData("18446744073709551615", 18446744073709551616.0)]
    [InlineData("-18446744073709551616", -18446744073709551616.0)]
    [InlineData("36893488147419107329", 36893488147419111424.0)]
    [InlineData("36893488147419107328", 36893488147419103232.0)]
    [InlineData("-170141183460469231731687303715884105727", -1.7014118346046923E+38)]
    public void AnIntAsAFloatIsRoundedAsInPython(string number, double rounded) =>
        Assert.Equal(rounded, PyInt.From(BigInteger.Parse(number, CultureInfo.InvariantCulture)).AsDouble());

    [Fact]
    public void AnIntThatIsLargerThanAnyFloatIsRefused()
    {
        var largest = (BigInteger)double.MaxValue;
        var half = BigInteger.One << (1024 - 54);

        Assert.Equal(double.MaxValue, PyInt.From(largest + half - 1).AsDouble());
        Assert.Throws<OverflowException>(() => PyInt.From(largest + half).AsDouble());
        Assert.Throws<OverflowException>(() => PyInt.From(-(BigInteger.One << 100_000)).AsDouble());
    }

    [Fact]
    public void TheWrongTypeIsNamed()
    {
        Assert.Equal("expected an int, found str 'x'", Assert.Throws<InvalidOperationException>(() => ((PyValue)"x").AsInt64()).Message);
        Assert.Equal("expected a float, found NoneType", Assert.Throws<InvalidOperationException>(() => PyNone.Value.AsDouble()).Message);
        Assert.Equal("expected a str, found int 1", Assert.Throws<InvalidOperationException>(() => ((PyValue)1).AsString()).Message);
        Assert.Equal("expected a bool, found int 1", Assert.Throws<InvalidOperationException>(() => ((PyValue)1).AsBoolean()).Message);
        Assert.Equal("expected a tensor, found list", Assert.Throws<InvalidOperationException>(() => new PyList().AsTensor()).Message);
        Assert.Equal("expected a dictionary, found tuple", Assert.Throws<InvalidOperationException>(() => PyTuple.Empty["k"]).Message);
        Assert.Equal("expected a list, tuple or dictionary, found NoneType", Assert.Throws<InvalidOperationException>(() => ((PyValue)PyNone.Value)[0]).Message);
        Assert.Equal("there is no key 1; the dict has 0", Assert.Throws<KeyNotFoundException>(() => ((PyValue)new PyDict { [PyInt.From(0)] = "first" })[1]).Message);
        Assert.Equal("first", ((PyValue)new PyDict { [PyInt.From(0)] = "first" })[0].AsString());
        Assert.Equal("expected a dictionary, found object m.D", Assert.Throws<InvalidOperationException>(() => Record(new PyGlobal("m", "D"))["k"]).Message);
        Assert.Throws<OverflowException>(() => PyInt.From(BigInteger.One << 63).AsInt64());
        Assert.Throws<ArgumentOutOfRangeException>(() => new PyList(1)[1]);
        Assert.False(new PyList().TryGet("k", out _));
    }

    [Fact]
    public void AMessageHoldsNoMoreThanTheStartOfAText()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ((PyValue)new string('x', 100_000)).AsInt64());

        Assert.InRange(error.Message.Length, 100, 200);
    }

    [Fact]
    public void ARecordOfARecordHasAShortName()
    {
        var record = Enumerable.Range(0, 1_000_000).Aggregate((PyValue)new PyGlobal("m", "f"), (inner, _) => Record(inner));

        Assert.Equal("object (computed)", record.ToString());
        Assert.Equal("m.f", Record(new PyGlobal("m", "f")).ClassName);
    }

    [Fact]
    public void LeavesAreComparedByValueAndContainersByIdentity()
    {
        Assert.Equal(PyInt.From(300), PyInt.From(300));
        Assert.Equal(PyInt.From(BigInteger.One << 70), PyInt.From(BigInteger.One << 70));
        Assert.Equal(new PyFloat(double.NaN), new PyFloat(double.NaN));
        Assert.NotEqual(new PyFloat(0.0), new PyFloat(-0.0));
        Assert.Equal(new PyString("a"), new PyString("a"));
        Assert.NotEqual<PyValue>(new PyList(), new PyList());
        Assert.NotEqual<PyValue>(new PyTuple(1), new PyTuple(1));
    }

    [Fact]
    public void AnIntBeyond64BitsIsKept()
    {
        var number = (BigInteger.One << 64) + 1;

        Assert.Equal(number, PyInt.From(number).Value);
        Assert.False(PyInt.From(number).TryGetInt64(out _));
        Assert.True(PyInt.From((BigInteger)long.MinValue).TryGetInt64(out var least));
        Assert.Equal(long.MinValue, least);
    }

    private static PyObject Record(PyValue callable) => new(PyObjectKind.Call, callable, PyTuple.Empty);
}
