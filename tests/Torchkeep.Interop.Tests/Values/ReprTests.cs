using System.Text.Json;
using Torchkeep.Interop.Tests.Checkpoints;
using Torchkeep.Interop.Tests.EntireModels;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Values;

/// <summary>Plain data of Python, NumPy and PyTorch is written as their own repr writes it, whichever protocol it comes by.</summary>
public sealed class ReprTests(ITestOutputHelper log)
{
    private const int MinValues = 150;

    private static readonly string _values = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "Values", "values.py"));

    public static TheoryData<string> Interpreter => Cases.ByInterpreter();

    [Theory]
    [MemberData(nameof(Interpreter))]
    public void EveryValueIsWrittenAsPythonWritesIt(string name)
    {
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        var expected = judge.Run(folder["values"], _values).Select(line => line.Split('\t', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        var compared = 0;
        foreach (var file in new[] { "0", "1", "2", "3", "4", "5", "pt" })
        {
            using var checkpoint = Checkpoint.Open(folder[$"values.{file}"]);
            foreach (var (key, value) in checkpoint.Root.AsDict())
            {
                var text = expected[key.AsString()];
                Assert.Equal((file, key, text), (file, key, value.ToPython(text.Length)));
                Assert.True(value.TryToPython(text.Length, out var whole), $"{file} {key}");
                Assert.Equal(text, whole);
                Assert.False(text.Length > 1 && value.TryToPython(text.Length - 1, out _), $"{file} {key}");
                if (value is PyObject record && !key.AsString().StartsWith("other.", StringComparison.Ordinal))
                {
                    Assert.Equal((file, key, text), (file, key, record.Repr));
                    Assert.DoesNotContain("object ", record.TypeName, StringComparison.Ordinal);
                }

                compared++;
            }
        }

        log.WriteLine($"{expected.Count} values, {compared} compared");
        Assert.True(expected.Count >= MinValues);
    }

    [Theory]
    [MemberData(nameof(Interpreter))]
    public void AnArrayIsOneLeafWithTheHashOfItsItems(string name)
    {
        const string Save = """
            import hashlib, numpy as np
            made = [np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(6, dtype=">i2"), np.array(["a", "bc"], dtype=">U2"),
                    np.array([(1, 2.5)], dtype="i4,f8"), np.array(["2020-01-02"], dtype="M8[D]"), np.array([1 + 2j], dtype=">c16"), np.array([]), np.asfortranarray(np.array([["ab", "c"], ["d", "e"]]))]
            torch.save(made, path, pickle_protocol=5)
            lines = []
            for array in made:
                little = array if array.dtype.names else array.astype(array.dtype.newbyteorder("<"))
                lines.append(hashlib.sha256(np.ascontiguousarray(little).tobytes()).hexdigest() + str(list(array.shape)).replace(" ", ""))
            """;
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        var expected = judge.Run(folder["arrays.pt"], Save);

        var leaves = JsonDocument.Parse(CommandLine.Run("inspect", folder["arrays.pt"], "--json")).RootElement.GetProperty("leaves").EnumerateArray().ToList();

        Assert.Equal(expected, leaves.Skip(1).Select(leaf => leaf.GetProperty("sha256").GetString() + leaf.GetProperty("shape").GetRawText()));
        Assert.All(leaves.Skip(1), leaf => Assert.Equal("numpy.ndarray", leaf.GetProperty("type").GetString()));
    }

    [Theory]
    [MemberData(nameof(Interpreter))]
    public void ManyScalarsAndArraysTakeAFewTimesTheBytesOfTheFile(string name)
    {
        const int MaxRatio = 10;
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        judge.Run(folder["many.pkl"], """
            import pickle, numpy as np
            made = {"scalars": list(np.random.RandomState(1).standard_normal(20000)), "arrays": [np.full(4, i, dtype="f4") for i in range(5000)]}
            pickle.dump(made, open(path, "wb"), 4)
            lines = []
            """);

        var json = CommandLine.Run("inspect", folder["many.pkl"], "--json");

        var length = new FileInfo(folder["many.pkl"]).Length;
        log.WriteLine($"{json.Length} characters of JSON for a file of {length} bytes");
        Assert.Equal(3 + 20_000 + 5_000, JsonDocument.Parse(json).RootElement.GetProperty("leaves").GetArrayLength());
        Assert.InRange(json.Length, 1, MaxRatio * length);
    }
}
