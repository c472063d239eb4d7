using System.Numerics;

namespace Torchkeep.Tests.Values;

public class PyDictTests
{
    public static TheoryData<PyValue, PyValue> OneKey => new()
    {
        { 1, 1.0 },
        { 1, true },
        { 0, false },
        { 1.0, true },
        { 0.0, -0.0 },
        { 1, new PyComplex(1) },
        { 2.5, new PyComplex(2.5) },
        { 1L << 60, (double)(1L << 60) },
        { PyInt.From(BigInteger.One << 64), Math.Pow(2, 64) },
        { "a", "a" },
        { new PyBytes("a"u8), new PyBytes("a"u8) },
        { new PyGlobal("torch", "float32"), new PyGlobal("torch", "float32") },
        { PyTuple.Empty, new PyTuple() },
        { new PyTuple(1, "a", new PyTuple(2.0)), new PyTuple(true, "a", new PyTuple(2)) },
        { double.PositiveInfinity, double.PositiveInfinity },
    };

    public static TheoryData<PyValue, PyValue> TwoKeys => new()
    {
        { 1, "1" },
        { "a", new PyBytes("a"u8) },
        { new PyBytes("a"u8), new PyBytes("a"u8, isByteArray: true) },
        { double.NaN, double.NaN },
        { new PyTuple(double.NaN), new PyTuple(double.NaN) },
        { 1, 1.5 },
        { 0, PyNone.Value },
        { (1L << 53) + 1, (double)(1L << 53) },
        { new PyTuple(1), new PyTuple(1, 1) },
        { new PyTuple(1, 2), new PyTuple(2, 1) },
        { new PyTuple(1), 1 },
        { PyTuple.Empty, PyNone.Value },
        { new PyList(), new PyList() },
        { new PyTuple(new PyList()), new PyTuple(new PyList()) },
        { new PyGlobal("torch", "float32"), new PyGlobal("torch", "float64") },
        { new PyComplex(new(1, 1)), new PyComplex(new(1, -1)) },
        { new PySet(isFrozen: true), new PySet(isFrozen: true) },
        { double.PositiveInfinity, double.NegativeInfinity },
    };

    [Theory]
    [MemberData(nameof(OneKey))]
    public void KeysThatPythonCallsEqualAreOne(PyValue first, PyValue second)
    {
        PyDict dict = new() { { first, "old" }, { "between", 0 }, { second, "new" } };

        Assert.Equal(2, dict.Count);
        Assert.Equal("new", dict[first].AsString());
        Assert.Equal("new", dict.First().Value.AsString());
        Assert.Same(first, dict.First().Key);
    }

    [Theory]
    [MemberData(nameof(TwoKeys))]
    public void KeysThatPythonTellsApartAreTwo(PyValue first, PyValue second)
    {
        PyDict dict = new() { { first, "first" }, { second, "second" } };

        Assert.Equal(2, dict.Count);
        Assert.Equal("first", dict[first].AsString());
        Assert.Equal("second", dict[second].AsString());
    }

    [Theory]
    [MemberData(nameof(OneKey))]
    public void ASetKeepsTheFirstOfEqualMembers(PyValue first, PyValue second)
    {
        var set = new PySet();

        set.Add(first);
        set.Add(second);

        Assert.Same(first, Assert.Single(set.Items));
    }

    [Fact]
    public void EntriesStayInTheOrderInWhichTheirKeysCame()
    {
        PyDict dict = new() { { "b", 1 }, { "a", 2 }, { "c", 3 }, { "a", 4 } };

        Assert.Equal(["'b'", "'a'", "'c'"], dict.Select(entry => entry.Key.ToString()));
        Assert.Equal([1, 4, 3], dict.Select(entry => entry.Value.AsInt64()));
    }

    [Fact]
    public void TuplesNestedAMillionDeepAreKeys()
    {
        PyTuple Deep() => Enumerable.Range(0, 1_000_000).Aggregate(PyTuple.Empty, (inner, _) => new(inner));
        var (first, second) = (Deep(), Deep());
        var dict = new PyDict { { first, 1 }, { second, 2 }, { first, 3 } };

        Assert.Equal(3, dict[first].AsInt64());
        Assert.Equal(2, dict[second].AsInt64());
    }

    [Fact]
    public void TuplesThatShareWithoutEndAreKeys()
    {
        // Written out each has 2^200 entries.
        PyTuple Laughs() => Enumerable.Range(0, 200).Aggregate(new PyTuple(1), (inner, _) => new(inner, inner));
        var dict = new PyDict { { Laughs(), 1 }, { Laughs(), 2 } };

        Assert.Equal(2, dict.Count);
    }

    [Fact]
    public void NoHashIsAPlainNumber()
    {
        // Numbers whose plain hashes are all alike; if ours were too, this would take hours.
        var dict = new PyDict();
        for (long i = 0; i < 200_000; i++)
        {
            dict[(i << 32) | i] = i;
            dict[new PyTuple(i, -i)] = i;
        }

        Assert.Equal(400_000, dict.Count);
    }

    [Fact]
    public void AMissingKeyIsNamedWithThoseThereAre()
    {
        PyDict dict = new(isOrdered: true) { { "weight", 1 }, { 7, 2 } };

        Assert.Equal("there is no key 'wieght'; the OrderedDict has 'weight', 7", Assert.Throws<KeyNotFoundException>(() => dict["wieght"]).Message);
        Assert.Equal("there is no key 8; the OrderedDict has 'weight', 7", Assert.Throws<KeyNotFoundException>(() => dict[(PyValue)8L]).Message);
        Assert.False(dict.TryGet("wieght", out _));
    }

    [Fact]
    public void OfManyKeysAMessageNamesSome()
    {
        var dict = new PyDict();
        for (var i = 0; i < 30; i++)
        {
            dict.Add($"k{i}", i);
        }

        Assert.EndsWith("'k19' and 10 more", Assert.Throws<KeyNotFoundException>(() => dict["x"]).Message, StringComparison.Ordinal);
    }
}
