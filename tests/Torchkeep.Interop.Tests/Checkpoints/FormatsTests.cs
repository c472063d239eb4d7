using System.Security.Cryptography;
using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Checkpoints;

/// <summary>Safetensors, the stream format and shards: written here and read by their own libraries, and the reverse.</summary>
public sealed class FormatsTests
{
    private static readonly string[] _floats = ["float32", "float64", "float16", "bfloat16"];
    private static readonly Lazy<string> _script = new(() => File.ReadAllText(Path.Combine(Repository.Root, "tests", "Torchkeep.Interop.Tests", "Checkpoints", "formats.py")));

    public static TheoryData<string, string> Conversions =>
    [
        .. from source in _floats.Concat(["float8_e5m2", "float8_e4m3fn", "float8_e5m2fnuz", "float8_e4m3fnuz", "float8_e8m0fnu"])
           from target in _floats
           where source != target
           select new TheoryDataRow<string, string>(source, target),
    ];

    [Fact]
    public void WhatSafetensorsWritesIsReadAndWrittenAgainByteForByte()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var expected = Run(judge, folder["theirs.safetensors"], "write_safetensors()");
        using var checkpoint = Checkpoint.Open(folder["theirs.safetensors"]);

        Assert.Equal(expected.Order(StringComparer.Ordinal), LinesOf(checkpoint).Order(StringComparer.Ordinal));
        Save(checkpoint.Root, folder["ours.safetensors"], new() { Format = CheckpointFormat.Safetensors, Metadata = checkpoint.Metadata });
        Assert.Equal(File.ReadAllBytes(folder["theirs.safetensors"]), File.ReadAllBytes(folder["ours.safetensors"]));
    }

    [Fact]
    public void WhatIsWrittenSafetensorsReads()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var root = new PyDict { { "turned", new TensorView(TensorStorage.FromArray(new float[] { 1, 2, 3, 4, 5, 6 }), ElementType.Float32, [3, 2], [1, 3]) } };
        foreach (var type in Cases.ElementTypes.Where(type => type is not (ElementType.Complex32 or ElementType.BComplex32 or ElementType.Complex128) && !ElementTypeInfo.Of(type).Name.StartsWith("bits", StringComparison.Ordinal)))
        {
            var bytes = new byte[6 * ElementTypeInfo.Of(type).ByteSize];
            RandomNumberGenerator.Fill(bytes);
            root.Add(ElementTypeInfo.Of(type).Name, new TensorView(TensorStorage.FromArray(type == ElementType.Bool ? [.. bytes.Select(value => (byte)(value & 1))] : bytes), type, [3, 2]));
        }

        Save(root, folder["model.safetensors"], new() { Format = CheckpointFormat.Safetensors, Metadata = new Dictionary<string, string> { ["format"] = "pt", ["note"] = "\"ü\"\n" } });

        using var checkpoint = Checkpoint.Open(folder["model.safetensors"]);
        var read = Run(judge, folder["model.safetensors"], "read_safetensors()");
        Assert.Equal("""{"format": "pt", "note": "\"\u00fc\"\n"}""", read[0]);
        Assert.Equal(LinesOf(checkpoint).Order(StringComparer.Ordinal), read.Skip(1).Order(StringComparer.Ordinal));
        Assert.Equal(21, read.Count - 1);
    }

    [Theory, MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void TheStreamThatIsWrittenPyTorchLoads(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        foreach (var name in new[] { "plain", "shared", "state_dict", "bare_tensor", "bare_parameter", "cyclic", "long", "many" })
        {
            judge.MakeOnly(name, folder["theirs.pt"]);
            using var checkpoint = Checkpoint.Open(folder["theirs.pt"]);
            var expected = Description.Of(checkpoint.Root);
            Save(checkpoint.Root, folder["ours.pt"], new() { Format = CheckpointFormat.TorchLegacy });
            using var again = Checkpoint.Open(folder["ours.pt"]);

            Assert.Equal(CheckpointFormat.TorchLegacy, again.Format);
            Same.Lines(expected, Description.Of(again.Root));
            Same.Lines(expected, judge.Describe(folder["ours.pt"], guarded: judge.IsOld));
        }
    }

    [Theory, MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void AMetaTensorInTheStreamHasNoBytes(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var meta = judge.Run(folder["meta.pt"], "torch.save({'m': torch.empty(2, 3, device='meta'), 'w': torch.ones(2)}, path)\nlines = []");
        using var checkpoint = Checkpoint.Open(folder["meta.pt"]);
        Save(checkpoint.Root, folder["stream.pt"], new() { Format = CheckpointFormat.TorchLegacy });

        Assert.Empty(meta);
        Assert.Equal(["meta [2, 3]", "[1.0, 1.0]"], judge.Run(folder["stream.pt"], "d = torch.load(path)\nlines = ['%s %s' % (d['m'].device, list(d['m'].shape)), str(d['w'].tolist())]"));
    }

    [Theory, MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void AStateDictGoesThroughEveryKindAndComesBack(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        judge.Run(folder["first.pt"], "from torch import nn\ntorch.save(nn.Sequential(*[nn.Linear(700, 700) for _ in range(12)], nn.BatchNorm1d(700)).state_dict(), path)\nlines = []");
        var bytes = new List<string>();
        Convert("first.pt", "second.pt", new() { Format = CheckpointFormat.TorchLegacy });
        Convert("second.pt", "model.safetensors", new() { Format = CheckpointFormat.Safetensors });
        Convert("model.safetensors", "sharded.safetensors", new() { Format = CheckpointFormat.Safetensors, MaxShardSize = 10_000_000 });
        Convert("sharded.safetensors.index.json", "pytorch_model.bin", new() { MaxShardSize = 15_000_000 });
        Convert("pytorch_model.bin.index.json", "last.pt", new());

        Assert.Equal(3, Directory.EnumerateFiles(folder[""], "sharded-*-of-00003.safetensors").Count());
        Assert.Single(bytes.Distinct());

        // Names and elements; the order is that of safetensors, and the versions are gone.
        Assert.Equal(
            judge.Run(folder["first.pt"], $"{_script.Value}\nlines = sorted(lines_of(torch.load(path)))"),
            judge.Run(folder["last.pt"], $"{_script.Value}\nlines = sorted(lines_of(torch.load(path)))"));

        void Convert(string from, string to, WriteOptions options)
        {
            using var checkpoint = Checkpoint.Open(folder[from]);
            bytes.Add(string.Join('\n', LinesOf(checkpoint).Order(StringComparer.Ordinal)));
            Save(checkpoint.Root, folder[to], options);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.ByInterpreter), MemberType = typeof(Cases))]
    public void ShardsAreLoadedOneByOneAsTransformersDoes(string reader)
    {
        var judge = Judge.Named(reader);
        using var folder = judge.NewFolder();
        var tied = new PyTensor(TensorView.FromArray([.. Enumerable.Range(0, 100).Select(i => i / 3f)], ElementType.Float32, 10, 10));
        var root = new PyDict(isOrdered: true) { { "embed", tied } };
        for (var i = 0; i < 10; i++)
        {
            root.Add($"layer.{i}", TensorView.FromArray([.. Enumerable.Range(i, 50).Select(value => (long)value)], ElementType.Int64, 50));
        }

        root.Add("head", tied);
        root.Add("turned", new TensorView(tied.View.Storage, ElementType.Float32, [10, 10], [1, 10]));
        Save(root, folder["pytorch_model.bin"], new() { MaxShardSize = 1000 });

        using var checkpoint = Checkpoint.Open(folder["pytorch_model.bin.index.json"]);
        Assert.Equal([.. LinesOf(checkpoint), "shared 2", "size 4400"], Run(judge, folder["pytorch_model.bin.index.json"], "read_shards()"));
    }

    [Fact]
    public void ShardsOfSafetensorsAreLoadedToo()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var root = new PyDict();
        for (var i = 0; i < 10; i++)
        {
            root.Add($"layer.{i}", TensorView.FromArray([.. Enumerable.Range(i, 50).Select(value => (long)value)], ElementType.Int64, 50));
        }

        Save(root, folder["model.safetensors"], new() { Format = CheckpointFormat.Safetensors, MaxShardSize = 1000 });

        using var checkpoint = Checkpoint.Open(folder["model.safetensors.index.json"]);
        Assert.Equal([.. LinesOf(checkpoint), "shared 0", "size 4000"], Run(judge, folder["model.safetensors.index.json"], "read_shards()"));
    }

    [Theory, MemberData(nameof(Conversions))]
    public void ConversionsRoundAsPyTorchDoes(string source, string target)
    {
        const int Count = 300_000;
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        Assert.True(ElementTypeInfo.TryParse(source, out var from));
        Assert.True(ElementTypeInfo.TryParse(target, out var to));
        byte[] bytes = [.. Enumerable.Range(0, Count * from!.ByteSize).Select(i => (byte)((i * 151) + (i / 251 * 7) + (i / 65537) + 7))];
        Save(new PyDict { { "w", new TensorView(TensorStorage.FromArray(bytes), from.Type, [Count]) } }, folder["w.pt"], new() { FloatingPointType = to!.Type });

        Assert.StartsWith($"0 wrong, 0 signs of {Count},", Assert.Single(Run(judge, folder["w.pt"], $"converted('{source}', '{target}')")), StringComparison.Ordinal);
    }

    private static List<string> Run(Judge judge, string path, string call) => judge.Run(path, $"{_script.Value}\nlines = {call}");

    private static void Save(PyValue root, string path, WriteOptions options) =>
        Checkpoint.Save(root, path, options with { FlushToDisk = false }, cancellationToken: TestContext.Current.CancellationToken);

    private static List<string> LinesOf(Checkpoint checkpoint) => [.. checkpoint.Tensors.Select(tensor =>
    {
        var bytes = new byte[tensor.View.ByteLength];
        tensor.View.ReadBytes(bytes);
        return $"{tensor.Name} {ElementTypeInfo.Of(tensor.View.ElementType)} [{string.Join(", ", tensor.View.Shape)}] {Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    })];
}
