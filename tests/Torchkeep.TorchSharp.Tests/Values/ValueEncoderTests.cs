using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Values;

/// <summary>What .NET values become; as the file has them.</summary>
public class ValueEncoderTests
{
    private static readonly Dictionary<string, (object? Value, string Text)> _values = new()
    {
        ["null"] = (null, "None"),
        ["true"] = (true, "True"),
        ["false"] = (false, "False"),
        ["sbyte"] = (sbyte.MinValue, "-128"),
        ["byte"] = (byte.MaxValue, "255"),
        ["short"] = (short.MinValue, "-32768"),
        ["ushort"] = (ushort.MaxValue, "65535"),
        ["int"] = (int.MinValue, "-2147483648"),
        ["uint"] = (uint.MaxValue, "4294967295"),
        ["long"] = (long.MinValue, "-9223372036854775808"),
        ["ulong"] = (ulong.MaxValue, "18446744073709551615"),
        ["Int128"] = (Int128.MinValue, "-170141183460469231731687303715884105728"),
        ["UInt128"] = (UInt128.MaxValue, "340282366920938463463374607431768211455"),
        ["BigInteger"] = (BigInteger.Pow(10, 40), "1" + new string('0', 40)),
        ["Half"] = ((Half)0.5, "0.5"),
        ["float"] = (0.1f, "0.10000000149011612"),
        ["double"] = (0.1, "0.1"),
        ["not a number"] = (double.NaN, "nan"),
        ["negative zero"] = (-0.0, "-0.0"),
        ["Complex"] = (new Complex(1, -2), "(1-2j)"),
        ["char"] = ('é', "'é'"),
        ["string"] = ("text", "'text'"),
        ["bytes"] = (new byte[] { 0, 255 }, @"b'\x00\xff'"),
        ["no bytes"] = (Array.Empty<byte>(), "b''"),
        ["list"] = (new List<int> { 1, 2 }, "[1, 2]"),
        ["array"] = (new[] { "a", "b" }, "['a', 'b']"),
        ["ImmutableArray"] = (ImmutableArray.Create(1, 2), "[1, 2]"),
        ["ReadOnlyCollection"] = (new ReadOnlyCollection<int>([1, 2]), "[1, 2]"),
        ["ArrayList"] = (new ArrayList { 1, "a", null }, "[1, 'a', None]"),
        ["Queue"] = (new Queue<int>([1, 2]), "[1, 2]"),
        ["jagged array"] = (new int[][] { [1], [2, 3] }, "[[1], [2, 3]]"),
        ["no items"] = (Array.Empty<int>(), "[]"),
        ["ValueTuple"] = ((1, "a", (true, 2.5)), "(1, 'a', (True, 2.5))"),
        ["Tuple"] = (Tuple.Create(1, "a"), "(1, 'a')"),
        ["long tuple"] = ((1, 2, 3, 4, 5, 6, 7, 8, 9), "(1, 2, 3, 4, 5, 6, 7, 8, 9)"),
        ["empty tuple"] = (ValueTuple.Create(), "()"),
        ["Dictionary"] = (new Dictionary<string, int> { ["b"] = 1, ["a"] = 2 }, "{'b': 1, 'a': 2}"),
        ["numbers to text"] = (new Dictionary<int, string> { [3] = "c" }, "{3: 'c'}"),
        ["tuples as keys"] = (new Dictionary<(int, string), bool> { [(1, "a")] = true }, "{(1, 'a'): True}"),
        ["SortedDictionary"] = (new SortedDictionary<string, int> { ["b"] = 1, ["a"] = 2 }, "{'a': 2, 'b': 1}"),
        ["OrderedDictionary"] = (new OrderedDictionary<string, int> { ["b"] = 1, ["a"] = 2 }, "{'b': 1, 'a': 2}"),
        ["ReadOnlyDictionary"] = (new ReadOnlyDictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }), "{'a': 1}"),
        ["ConcurrentDictionary"] = (new ConcurrentDictionary<string, int> { ["a"] = 1 }, "{'a': 1}"),
        ["ImmutableDictionary"] = (ImmutableDictionary.CreateRange([KeyValuePair.Create("a", 1)]), "{'a': 1}"),
        ["FrozenDictionary"] = (new Dictionary<string, int> { ["a"] = 1 }.ToFrozenDictionary(), "{'a': 1}"),
        ["Hashtable"] = (new Hashtable { ["a"] = 1 }, "{'a': 1}"),
        ["HashSet"] = (new HashSet<int> { 1, 2 }, "{1, 2}"),
        ["SortedSet"] = (new SortedSet<int> { 2, 1 }, "{1, 2}"),
        ["ImmutableHashSet"] = (ImmutableHashSet.Create(1), "{1}"),
        ["FrozenSet"] = (new[] { 1 }.ToFrozenSet(), "{1}"),
        ["no members"] = (new HashSet<int>(), "set()"),
        ["PyValue"] = (new PyTuple(1, PyNone.Value), "(1, None)"),
        ["nested"] = (new Dictionary<string, object?> { ["a"] = new List<object?> { null, (1, new HashSet<string> { "b" }) } }, "{'a': [None, (1, {'b'})]}"),
    };

    private static readonly Dictionary<string, (object Value, string Named)> _refused = new()
    {
        ["DateTime"] = (DateTime.UnixEpoch, "System.DateTime"),
        ["decimal"] = (1.5m, "System.Decimal"),
        ["enum"] = (DayOfWeek.Monday, "System.DayOfWeek"),
        ["an object of one's own"] = (new ValueEncoderTests(), nameof(ValueEncoderTests)),
        ["an anonymous object"] = (new { epoch = 1 }, "AnonymousType"),
        ["function"] = (() => 1, "System.Func"),
        ["sequence without a count"] = (Enumerable.Range(0, 3).Where(i => i > 0), "Iterator"),
        ["array of two dimensions"] = (new int[2, 2], "System.Int32[,]"),
        ["module of a class that says no Python name"] = (new Nets.Unnamed(), "Unnamed"),
        ["inside of others"] = (new List<object> { (1, new Dictionary<string, object> { ["when"] = DateTime.UnixEpoch }) }, "System.DateTime"),
        ["list as a key"] = (new Dictionary<List<int>, int> { [[1]] = 1 }, "list"),
        ["list in a key"] = (new Dictionary<(int, int[]), int> { [(1, [2])] = 1 }, "tuple"),
        ["set in a set"] = (new HashSet<HashSet<int>> { new() { 1 } }, "set"),
        ["keys that are one in Python"] = (new Dictionary<object, int> { [1] = 1, [true] = 2 }, "True"),
    };

    public static TheoryData<string> Supported => [.. _values.Keys];

    public static TheoryData<string> Refused => [.. _refused.Keys];

    [Theory]
    [MemberData(nameof(Supported))]
    public void AValueIsSavedAsItsCounterpart(string kind)
    {
        using var saved = Checkpoint.Open(InMemory.Save(_values[kind].Value));

        Assert.Equal(_values[kind].Text, Text(saved.Root));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void AValueWithoutCounterpartIsRefusedByItsName(string kind)
    {
        var stream = new MemoryStream();

        var error = Assert.Throws<NotSupportedException>(() => torch.save_checkpoint(_refused[kind].Value, stream, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains(_refused[kind].Named, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void AModuleAmongOthersIsSavedWhole()
    {
        using var layer = nn.Linear(1, 1);
        using var saved = Checkpoint.Open(InMemory.Save(new Dictionary<string, object> { ["model"] = layer }));

        Assert.Equal("torch.nn.modules.linear.Linear", ModuleRecord.TryRead(saved.Root["model"])!.ClassName);
    }

    [Fact]
    public void WhatIsReachedTwiceIsOneObject()
    {
        List<int> shared = [1];
        Dictionary<string, object> inner = new() { ["list"] = shared };

        using var saved = Checkpoint.Open(InMemory.Save(new object[] { shared, shared, inner, inner }));

        Assert.Same(saved.Root[0], saved.Root[1]);
        Assert.Same(saved.Root[2], saved.Root[3]);
        Assert.Same(saved.Root[0], saved.Root[2]["list"]);
    }

    [Fact]
    public void EqualListsStayTwo()
    {
        using var saved = Checkpoint.Open(InMemory.Save(new object[] { new List<int>(), new List<int>() }));

        Assert.NotSame(saved.Root[0], saved.Root[1]);
    }

    [Fact]
    public void AListMayContainItself()
    {
        List<object> list = [];
        list.Add(list);

        using var saved = Checkpoint.Open(InMemory.Save(list));

        Assert.Same(saved.Root, saved.Root[0]);
    }

    [Fact]
    public void ADictionaryMayContainItself()
    {
        Dictionary<string, object> dictionary = [];
        dictionary["self"] = new object[] { dictionary };

        using var saved = Checkpoint.Open(InMemory.Save(dictionary));

        Assert.Same(saved.Root, saved.Root["self"][0]);
    }

    [Fact]
    public void ATupleMayContainItselfByWayOfAList()
    {
        List<object> list = [];
        var tuple = Tuple.Create(list);
        list.Add(tuple);

        using var saved = Checkpoint.Open(InMemory.Save(tuple));

        Assert.Same(saved.Root, saved.Root[0][0]);
    }

    [Fact]
    public void NestingWithoutEndIsAnExceptionAndNoCrash()
    {
        object value = 0;
        for (var i = 0; i < 1_000_000; i++)
        {
            value = new[] { value };
        }

        Assert.Throws<InsufficientExecutionStackException>(() => InMemory.Save(value));
    }

    [Fact]
    public void DeepNestingIsSaved()
    {
        object value = 0;
        for (var i = 0; i < 500; i++)
        {
            value = new Dictionary<string, object> { ["deeper"] = value };
        }

        using var saved = Checkpoint.Open(InMemory.Save(value));
        var found = saved.Root;
        for (var i = 0; i < 500; i++)
        {
            found = found["deeper"];
        }

        Assert.Equal(0, found.AsInt64());
    }

    [Fact]
    public void AStateDictKeepsItsOrderAndItsMetadata()
    {
        StateDict state = new()
        {
            ["z"] = ones(1),
            ["a"] = ones(2),
        };
        state.metadata = new(isOrdered: true) { [""] = new PyDict { ["version"] = 2 } };

        using var saved = Checkpoint.Open(InMemory.Save(state));

        var dict = Assert.IsType<PyDict>(saved.Root);
        Assert.True(dict.IsOrdered);
        Assert.Equal(["z", "a"], dict.Select(entry => entry.Key.AsString()));
        Assert.Equal(2, dict.Attributes!["_metadata"][""]["version"].AsInt64());
    }

    [Fact]
    public void AStateDictWithoutMetadataHasNoAttributes()
    {
        using var saved = Checkpoint.Open(InMemory.Save(new StateDict { ["a"] = ones(1) }));

        Assert.Null(((PyDict)saved.Root).Attributes);
    }

    [Fact]
    public void ParametersOfTorchSharpsStateDictAreSavedAsPyTorchsDetachedTensors()
    {
        using var saved = Checkpoint.Open(InMemory.Save(nn.Linear(2, 2).state_dict()));

        Assert.Equal(2, saved.Tensors.Count);
        Assert.All(saved.Tensors, tensor => Assert.False(tensor.Value.IsParameter || tensor.Value.RequiresGrad));
    }

    [Fact]
    public void ParametersAnywhereElseAreSavedAsParameters()
    {
        var parameter = new Parameter(ones(1));

        using var saved = Checkpoint.Open(InMemory.Save(new object[] { parameter, new StateDict { ["kept"] = parameter } }));

        Assert.All(saved.Tensors, tensor => Assert.True(tensor.Value.IsParameter && tensor.Value.RequiresGrad));
        Assert.Same(saved.Tensors[0].Value, saved.Tensors[1].Value);
    }

    [Fact]
    public void APartOfACheckpointIsSavedAgain()
    {
        using var first = InMemory.Reload(new Dictionary<string, object> { ["model"] = nn.Linear(2, 2).state_dict(keep_vars: false), ["epoch"] = 3 });

        using var second = InMemory.Reload(new object[] { first["model"], first["epoch"], first["model"]["bias"].tensor() });

        Assert.Equal(3, (int)second[1]);
        Assert.Equal(Bits.Of(first["model"]["weight"].tensor()), Bits.Of(second[0]["weight"].tensor()));
        Assert.Equal(1, second[0].state_dict().metadata![""]["version"].AsInt64());
    }

    [Fact]
    public void AViewOfTheCoreIsATensor()
    {
        using var loaded = InMemory.Reload(new object[] { TensorView.FromArray([1f, 2f], ElementType.Float32, 2) });

        Assert.Equal([1f, 2f], loaded[0].tensor().data<float>().ToArray());
    }

    [Fact]
    public void AFailedSaveLeavesTheOldFile()
    {
        using var folder = new TemporaryFolder();
        torch.save(new List<int> { 1 }, folder["old.pt"]);

        Assert.Throws<NotSupportedException>(() => torch.save(new List<object> { ones(2), DateTime.UnixEpoch }, folder["old.pt"]));

        using var old = torch.load(folder["old.pt"], weights_only: true);
        Assert.Equal(1, (int)old[0]);
        Assert.Equal([folder["old.pt"]], Directory.GetFileSystemEntries(Path.GetDirectoryName(folder["old.pt"])!));
    }

    private static string Text(PyValue value) => value switch
    {
        PyDict dict => $"{{{string.Join(", ", dict.Select(entry => $"{Text(entry.Key)}: {Text(entry.Value)}"))}}}",
        PyList list => $"[{string.Join(", ", list.Items.Select(Text))}]",
        PyTuple tuple => $"({string.Join(", ", tuple.Items.Select(Text))})",
        PySet { Items.Count: 0 } => "set()",
        PySet set => $"{{{string.Join(", ", set.Items.Select(Text))}}}",
        PyFloat { Value: 0 } zero => zero.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
