using System.Text.Json;
using CsCheck;
using Torchkeep.Values;

namespace Torchkeep.Tests.Values;

/// <summary>Each value of a checkpoint has a path of its own, and whatever takes a path takes each.</summary>
public sealed class PathTests
{
    // Texts that could be mistaken for a part of a path.
    private static readonly Gen<string> _texts = OneOf("", "a", ".", "a.b", "$", "$['a']", "'", "']['", "a']['b", "[0]", "(arg0)", " #1", "a #1", "> #1", "None", "nan", "1", "(1,)", "__dict__", "arg0", "\\", "é");

    private static readonly Gen<PyValue> _leaves = Gen.OneOf(
        _texts.Select(text => (PyValue)text),
        Gen.Int[-2, 2].Select(number => (PyValue)(long)number),
        OneOf<PyValue>(0.5, 2.0, double.PositiveInfinity, PyNone.Value, PyBool.From(true)),
        Gen.Bool.Select(_ => (PyValue)new PyFloat(double.NaN)),
        _texts.Select(text => (PyValue)new PyBytes(System.Text.Encoding.UTF8.GetBytes(text))),
        Gen.Select(_texts, _texts, (module, name) => (PyValue)new PyGlobal(module, name)),
        Gen.Bool.Select(isParameter => (PyValue)new PyTensor(TensorView.FromArray([1f], ElementType.Float32, 1), isParameter: isParameter)));

    private static readonly Gen<PyValue> _keys = Gen.OneOf(
        _leaves,
        _leaves.Array[0, 3].Select(items => (PyValue)new PyTuple(items)),
        Gen.Select(_leaves, _leaves, (first, second) => (PyValue)new PyTuple(first, new PyTuple(second))),
        _leaves.Array[0, 3].Select(Frozen),
        Gen.Select(_texts, _texts, _leaves, (module, name, argument) => (PyValue)new PyObject(PyObjectKind.Call, new PyGlobal(module, name), new PyTuple(argument))),
        _texts.Select(text => (PyValue)new PyObject(PyObjectKind.Call, new PyGlobal("torch.serialization", "_get_layout"), new PyTuple(text))));

    private static readonly Gen<PyDict> _dicts = Gen.Select(_keys, _leaves).Array[0, 6].Select(Dict);

    private static readonly Gen<PyValue> _values = Gen.OneOf(
        _leaves,
        _dicts.Select(dict => (PyValue)dict),
        Gen.Select(_dicts, _dicts, _dicts, _leaves.Array[0, 2]).Select((entries, attributes, keywords, items) => (PyValue)WithAll(entries, attributes, keywords, items)),
        Gen.Select(_dicts, _leaves, (dict, leaf) => (PyValue)new PyTuple(dict, leaf)));

    public static TheoryData<string> Folders => ["tests/fixtures/keys-1.13", "tests/fixtures/keys-2.14", "tests/fixtures/kinds-2.14", "../shared/corpus/files", "../shared/corpus-2/files", "../shared/reports"];

    [Fact]
    public void OfAnyObject() => Gen.Select(_keys, _values).Array[0, 6].Sample(entries => Check([PyEntry.Root(Dict(entries)), PyEntry.Root("beside", "constants")], maxFound: int.MaxValue), iter: 3000, threads: 1);

    [Theory, MemberData(nameof(Folders))]
    public void OfRealFiles(string name)
    {
        var folder = Path.Combine(Repository.Root, name);
        Assert.SkipUnless(Directory.Exists(folder), $"there is no {folder}");
        var checkedFiles = 0;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            try
            {
                using var checkpoint = Checkpoint.Open(file);
                Check(checkpoint.Roots, maxFound: 100);
                Assert.All(checkpoint.Tensors.Take(50), tensor => Assert.Same(tensor.View, checkpoint.FindTensor(tensor.Path)));
                checkedFiles++;
            }
            catch (CheckpointException)
            {
                // The folders have files that are no checkpoints.
            }
        }

        Assert.True(checkedFiles > 5, $"{checkedFiles} were read");
    }

    [Theory, InlineData("1.13"), InlineData("2.14")]
    public void OfEachKindOfKey(string version)
    {
        var folder = Path.Combine(Repository.Root, "tests", "fixtures", $"keys-{version}");
        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "truth.json")));
        using var checkpoint = Checkpoint.Open(Path.Combine(folder, "keys.pt"));
        var expected = truth.RootElement.GetProperty("keys.pt").EnumerateArray().Select(text => $"$['keys'][{text.GetString()}]").ToList();

        Assert.Equal(expected, checkpoint.Tensors.Select(tensor => tensor.Path));
        Assert.Equal(Enumerable.Range(0, expected.Count).Select(i => (long)i), expected.Select(path => checkpoint.FindTensor(path).ToArray<long>()[0]));
    }

    [Theory, InlineData("1.13"), InlineData("2.14")]
    public void WhatClosesACycleKnowsWhatIsAbove(string version)
    {
        var folder = Path.Combine(Repository.Root, "tests", "fixtures", $"keys-{version}");
        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "truth.json")));
        using var checkpoint = Checkpoint.Open(Path.Combine(folder, "cycles.pt"));

        Assert.Equal(
            truth.RootElement.GetProperty("cycles.pt").EnumerateObject().Select(property => (property.Name, property.Value.GetString()!)),
            checkpoint.Walk().Where(entry => entry.Above is not null).Select(entry => (entry.Path, entry.Above!.Path)));
        Assert.Single(checkpoint.Tensors);
    }

    [Fact]
    public void KeysOfOneTextAreNumberedWhereTheyAreAlone()
    {
        PyObject first = new(PyObjectKind.Call, new PyGlobal("m", "f"), PyTuple.Empty), second = new(PyObjectKind.Call, new PyGlobal("m", "f"), PyTuple.Empty);
        using var checkpoint = Reopen(new PyDict { { "one", new PyDict { { first, Tensor() } } }, { "two", new PyDict { { first, Tensor() }, { second, Tensor() } } } });

        Assert.Equal(["$['one'][<m.f object>]", "$['two'][<m.f object> #1]", "$['two'][<m.f object> #2]"], checkpoint.Tensors.Select(tensor => tensor.Path));
        Assert.Equal(["one.<m.f object>", "two.<m.f object> #1", "two.<m.f object> #2"], checkpoint.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void AStateDictIsFoundByAPathAndAPathWithoutItsNumberIsToldWhichThereAre()
    {
        PyObject first = new(PyObjectKind.Call, new PyGlobal("m", "f"), PyTuple.Empty), second = new(PyObjectKind.Call, new PyGlobal("m", "f"), PyTuple.Empty);
        PyDict state = new() { { "w", Tensor() } }, other = new() { { "v", Tensor() } };
        using var checkpoint = Reopen(new PyDict { { new PyTuple("user", "rates"), state }, { first, other }, { second, state } });

        Assert.True(checkpoint.FindStateDict("$[('user', 'rates')]").TryGet("w", out _));
        Assert.True(checkpoint.FindStateDict("('user', 'rates')").TryGet("w", out _));
        Assert.True(checkpoint.FindStateDict("$[<m.f object> #1]").TryGet("v", out _));
        Assert.True(checkpoint.FindStateDict("<m.f object> #2").TryGet("w", out _));
        Assert.Equal(
            "'$[<m.f object>]' can be read as $[<m.f object> #1] and as $[<m.f object> #2]: give one of them",
            Assert.Throws<KeyNotFoundException>(() => checkpoint.FindStateDict("$[<m.f object>]")).Message);
    }

    [Fact]
    public void ATupleThatNestsItselfManyTimesIsNotWrittenOut()
    {
        // 2^60 entries.
        var laughs = Enumerable.Range(0, 60).Aggregate(new PyTuple("ha"), (inner, _) => new(inner, inner));
        using var checkpoint = Reopen(new PyDict { { laughs, Tensor() }, { new PyTuple(laughs, 1), Tensor() } });

        Assert.Equal(["$[<tuple of 2> #1]", "$[<tuple of 2> #2]"], checkpoint.Tensors.Select(tensor => tensor.Path));
    }

    [Fact]
    public void OneLongTupleInManyKeysCostsLittle()
    {
        const int Count = 100_000;
        PyTuple shared = new(Enumerable.Range(0, 1000).Select(i => (PyValue)(long)i).ToArray());
        PyDict root = [];
        for (var i = 0; i < Count; i++)
        {
            root.Add(new PyTuple(shared, i), i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var last = PyWalker.Walk(root, long.MaxValue).Last();

        Assert.Equal($"$[<tuple of 2> #{Count}]", last.Path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000L * Count);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static PyTensor Tensor() => new(TensorView.FromArray([1f], ElementType.Float32, 1));

    private static Checkpoint Reopen(PyValue root)
    {
        using var file = new MemoryStream();
        Checkpoint.Save(root, file);
        return Checkpoint.Open(file.ToArray());
    }

    private static PyValue Frozen(PyValue[] items)
    {
        PySet set = new(isFrozen: true);
        Array.ForEach(items, set.Add);
        return set;
    }

    private static PyDict Dict((PyValue Key, PyValue Value)[] entries)
    {
        PyDict dict = [];
        foreach (var (key, value) in entries)
        {
            dict[key] = value;
        }

        return dict;
    }

    private static PyObject WithAll(PyDict entries, PyDict attributes, PyDict keywords, PyValue[] items) =>
        new(PyObjectKind.New, new PyGlobal("m", "C"), new PyTuple(items), WithTextsAlone(keywords))
        {
            Items = new(items),
            Entries = entries,
            State = attributes,
        };

    private static PyDict WithTextsAlone(PyDict dict)
    {
        PyDict texts = [];
        foreach (var (key, value) in dict.Where(entry => entry.Key is PyString))
        {
            texts.Add(key, value);
        }

        return texts;
    }

    private static void Check(IReadOnlyList<PyEntry> roots, int maxFound)
    {
        const int MaxEntries = 100_000;
        var entries = PyWalker.Walk(roots, long.MaxValue).Take(MaxEntries).ToList();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        Assert.All(entries, entry => Assert.True(paths.Add(entry.Path), $"{entry.Path} is there twice"));
        for (var i = 0; i < entries.Count; i += Math.Max(1, entries.Count / maxFound))
        {
            var found = Assert.Single(PyPath.Find(roots, entries[i].Path));
            Assert.Same(entries[i].Value, found.Value);
            Assert.Equal(entries[i].Path, found.Path);
        }
    }
}
