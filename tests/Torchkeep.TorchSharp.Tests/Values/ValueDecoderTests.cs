using System.Numerics;
using TorchSharp;

namespace Torchkeep.TorchSharp.Tests.Values;

public sealed class ValueDecoderTests : IDisposable
{
    private readonly LoadedCheckpoint _loaded = InMemory.Reload(new Dictionary<string, object?>
    {
        ["epoch"] = 7,
        ["negative"] = -1,
        ["large"] = BigInteger.Pow(10, 30),
        ["loss"] = 0.1f,
        ["best"] = true,
        ["name"] = "net",
        ["letter"] = 'é',
        ["raw"] = new byte[] { 1, 2 },
        ["z"] = new Complex(1, -2),
        ["nothing"] = null,
        ["losses"] = new[] { 0.5, 0.25 },
        ["mixed"] = new object[] { 1, "two" },
        ["betas"] = (0.9, 0.999),
        ["sizes"] = new Dictionary<string, int> { ["b"] = 1, ["a"] = 2 },
        ["numbered"] = new Dictionary<int, string> { [3] = "c" },
        ["tensors"] = new[] { torch.ones(2), torch.zeros(1) },
        ["when"] = new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc).ToString("O"),
    });

    public void Dispose() => _loaded.Dispose();

    [Fact]
    public void NumbersBecomeEveryTypeThatHoldsThem()
    {
        Assert.Equal(
            (7, 7u, 7L, 7ul, (short)7, (ushort)7, (byte)7, (sbyte)7),
            (Get<int>("epoch"), Get<uint>("epoch"), Get<long>("epoch"), Get<ulong>("epoch"),
                Get<short>("epoch"), Get<ushort>("epoch"), Get<byte>("epoch"), Get<sbyte>("epoch")));
        Assert.Equal((7f, 7d, (Half)7, new Complex(7, 0)), (Get<float>("epoch"), Get<double>("epoch"), Get<Half>("epoch"), Get<Complex>("epoch")));
        Assert.Equal(BigInteger.Pow(10, 30), Get<BigInteger>("large"));
        Assert.Throws<OverflowException>(() => Get<decimal>("large"));
        Assert.Equal(9007199254740993m, InMemory.Reload((PyValue)9007199254740993L).get<decimal>());
        Assert.Equal(Int128.Parse("1" + new string('0', 30), null), Get<Int128>("large"));
        Assert.Equal((0.1f, 0.1f), (Get<float>("loss"), (float)_loaded["loss"]));
        Assert.Equal(new Complex(1, -2), Get<Complex>("z"));
        Assert.Equal((true, "net", 'é'), (Get<bool>("best"), Get<string>("name"), Get<char>("letter")));
        Assert.Equal([1, 2], Get<byte[]>("raw"));
        Assert.Equal(7ul, (ulong)_loaded["epoch"]);
    }

    [Fact]
    public void PlainObjectsOfPythonBecomeTheirTypes()
    {
        using var loaded = InMemory.Reload(new PyDict
        {
            { "counter", Call("collections", "Counter", new PyDict { { "a", 2 } }) },
            { "size", Call("torch", "Size", new PyTuple(3, 4)) },
            { "price", Call("decimal", "Decimal", "1.50") },
            { "id", new PyObject(PyObjectKind.New, new PyGlobal("uuid", "UUID"), PyTuple.Empty) { State = new PyDict { { "int", 7 } } } },
        });

        Assert.Equal(2, (int)loaded["counter"]["a"]);
        Assert.Equal(["a"], loaded["counter"].keys());
        Assert.Equal([3, 4], loaded["size"].list<int>());
        Assert.Equal(1.50m, loaded["price"].get<decimal>());
        Assert.Equal("00000000-0000-0000-0000-000000000007", loaded["id"].get<Guid>().ToString());
        Assert.StartsWith("['size'][0]: ", Assert.Throws<InvalidOperationException>(() => loaded["size"].list<string>()).Message, StringComparison.Ordinal);
    }

    private static PyObject Call(string module, string name, params PyValue[] arguments) => new(PyObjectKind.Call, new PyGlobal(module, name), new PyTuple(arguments));

    [Fact]
    public void ANumberOutOfRangeIsNotCutOffAndItsPlaceIsSaid()
    {
        Assert.StartsWith("['negative']: ", Assert.Throws<OverflowException>(() => (ulong)_loaded["negative"]).Message, StringComparison.Ordinal);
        Assert.Throws<OverflowException>(() => Get<byte>("negative"));
        Assert.Throws<OverflowException>(() => Get<long>("large"));
    }

    [Fact]
    public void NoneIsNullWhereTheTypeHasIt()
    {
        Assert.True(_loaded["nothing"].is_none);
        Assert.Null(Get<int?>("nothing"));
        Assert.Equal(7, Get<int?>("epoch"));
        Assert.Equal("['nothing']: expected an int, found NoneType", Assert.Throws<InvalidOperationException>(() => Get<int>("nothing")).Message);
    }

    [Fact]
    public void ListsTuplesAndDictionariesBecomeDotnets()
    {
        Assert.Equal([0.5, 0.25], _loaded["losses"].list<double>());
        Assert.Equal([0.9, 0.999], _loaded["betas"].list<double>());
        Assert.Equal(new Dictionary<string, int> { ["b"] = 1, ["a"] = 2 }, _loaded["sizes"].dict<int>());
        Assert.Equal(["b", "a"], _loaded["sizes"].keys());
        Assert.Equal(["3"], _loaded["numbered"].keys());
        Assert.Equal("c", (string)_loaded["numbered"][3]);
        Assert.Equal([2, 1], _loaded["tensors"].list<torch.Tensor>().Select(tensor => tensor.shape[0]));
        Assert.Equal([1, 2], _loaded["sizes"].dict<LoadedCheckpoint>().Values.Select(entry => (int)entry));
        Assert.IsType<PyTuple>(_loaded["betas"].get<PyTuple>());
    }

    [Fact]
    public void AWrongItemIsToldWithTheWayToIt()
    {
        Assert.Equal(
            "['mixed'][1]: expected an int, found str 'two'",
            Assert.Throws<InvalidOperationException>(() => _loaded["mixed"].list<int>()).Message);
        Assert.Equal(
            "['sizes']['b']: expected a str, found int 1",
            Assert.Throws<InvalidOperationException>(() => _loaded["sizes"].dict<string>()).Message);
        Assert.Equal(
            "['numbered']: expected a str, found int 3",
            Assert.Throws<InvalidOperationException>(() => _loaded["numbered"].dict<string>()).Message);
        Assert.Equal("['epoch']: expected a list, tuple, set or deque, found int 7", Assert.Throws<InvalidOperationException>(() => _loaded["epoch"].list<int>()).Message);
        Assert.Equal("['epoch']: expected a dictionary, found int 7", Assert.Throws<InvalidOperationException>(() => _loaded["epoch"].keys()).Message);
        Assert.Equal("['betas']: expected a PyList, found tuple", Assert.Throws<InvalidOperationException>(() => _loaded["betas"].get<PyList>()).Message);
    }

    [Fact]
    public void ADefaultStandsInForAMissingKeyAndNotForAnotherType()
    {
        Assert.Equal(7, _loaded.get("epoch", 0));
        Assert.Equal(3, _loaded.get("step", 3));
        Assert.Equal((true, false), (_loaded.contains("epoch"), _loaded.contains("step")));
        Assert.Equal("['name']: expected an int, found str 'net'", Assert.Throws<InvalidOperationException>(() => _loaded.get("name", 0)).Message);
    }

    [Fact]
    public void ATextOfADateIsReadAsOne()
    {
        var moment = new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc);

        var read = (DateTime)_loaded["when"];

        Assert.Equal((moment, DateTimeKind.Utc), (read, read.Kind));
        Assert.Equal(new DateTimeOffset(moment), (DateTimeOffset)_loaded["when"]);
    }

    [Fact]
    public void ATypeThatNothingBecomesIsNamedWithThoseThatDo()
    {
        var error = Assert.Throws<NotSupportedException>(() => Get<Uri>("name"));

        Assert.Contains("System.Uri", error.Message, StringComparison.Ordinal);
        Assert.Contains("list<T>()", error.Message, StringComparison.Ordinal);
    }

    private T Get<T>(string key) => _loaded[key].get<T>();
}
