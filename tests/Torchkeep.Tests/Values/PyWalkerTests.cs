using Torchkeep.Values;

namespace Torchkeep.Tests.Values;

public class PyWalkerTests
{
    private const long NoLimit = long.MaxValue;

    [Fact]
    public void EveryStepHasItsPathAndName()
    {
        PyDict metadata = new() { { "version", 1 } };
        PyObject record = new(PyObjectKind.New, new PyGlobal("m", "D"), new PyTuple("first"), new() { { "size", 3 } })
        {
            Items = new("item"),
            Entries = new() { { "key", "entry" } },
            State = new PyDict { { "attribute", 5 } },
        };
        PyDict root = new(isOrdered: true) { { "a", new PyList(1, new PyTuple(2)) }, { 7, record }, { "s", new PyObject(PyObjectKind.New, new PyGlobal("m", "S"), PyTuple.Empty) { State = "state" } } };
        root.Attributes = new() { { "_metadata", metadata } };

        Assert.Equal(
            [
                ("$", ""), ("$['a']", "a"), ("$['a'][0]", "a.0"), ("$['a'][1]", "a.1"), ("$['a'][1][0]", "a.1.0"),
                ("$[7]", "7"), ("$[7](arg0)", "7.arg0"), ("$[7](size)", "7.size"), ("$[7][0]", "7.0"), ("$[7]['key']", "7.key"), ("$[7].attribute", "7.attribute"),
                ("$['s']", "s"), ("$['s'].state", "s.state"),
                ("$._metadata", "_metadata"), ("$._metadata['version']", "_metadata.version"),
            ],
            PyWalker.Walk(root, NoLimit).Select(entry => (entry.Path, entry.Name)));
    }

    [Fact]
    public void AValueReachedTwiceIsVisitedTwice()
    {
        var shared = new PyList(1);

        Assert.Equal(["$", "$[0]", "$[0][0]", "$[1]", "$[1][0]"], Paths(new PyList(shared, shared)));
    }

    [Fact]
    public void WhatClosesACycleIsVisitedOnceMoreWithoutItsEntries()
    {
        var list = new PyList(1);
        var dict = new PyDict { { "list", list } };
        list.Items.Add(dict);
        list.Items.Add(2);

        var entries = PyWalker.Walk(list, NoLimit).ToList();

        Assert.Equal(["$", "$[0]", "$[1]", "$[1]['list']", "$[2]"], entries.Select(entry => entry.Path));
        Assert.Equal([null, null, null, "$", null], entries.Select(entry => entry.Above?.Path));
    }

    [Fact]
    public void AGraphWithoutEndStopsAtTheLimit()
    {
        // 2^100 paths.
        var laughs = Enumerable.Range(0, 100).Aggregate(new PyList("ha"), (inner, _) => new(inner, inner));

        var visited = 0;
        var error = Assert.Throws<UnsupportedCheckpointException>(() =>
        {
            foreach (var _ in PyWalker.Walk(laughs, 1000))
            {
                visited++;
            }
        });

        Assert.Equal(1000, visited);
        Assert.Contains("ReadLimits.MaxEntries", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALimitThatIsJustEnoughIsEnough() => Assert.Equal(3, PyWalker.Walk(new PyList(1, 2), 3).Count());

    [Fact]
    public void AMillionLevelsAreWalked()
    {
        var deep = Enumerable.Range(0, 200_000).Aggregate((PyValue)"bottom", (inner, _) => new PyTuple(inner));

        Assert.Equal("bottom", PyWalker.Walk(deep, NoLimit).Last().Value.AsString());
    }

    [Fact]
    public void AttributesOfATensorAreWalked()
    {
        var tensor = new PyTensor(TensorView.FromArray([1f], ElementType.Float32, 1)) { State = new PyDict { { "persistent", true } } };

        Assert.Equal(["$", "$.persistent"], Paths(tensor));
    }

    private static IEnumerable<string> Paths(PyValue root) => PyWalker.Walk(root, NoLimit).Select(entry => entry.Path);
}
