using Torchkeep.Tests.IO;
using Torchkeep.Tests.Saving;

namespace Torchkeep.Tests.Formats.Sharded;

/// <summary>A checkpoint in several files, written and read.</summary>
public sealed class ShardedTests : IDisposable
{
    private static readonly WriteOptions _safetensors = new() { Format = CheckpointFormat.Safetensors };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task TheFilesAreThoseOfHuggingFace(bool async)
    {
        // In order: two of 8 bytes fit 16; 40 has a file of its own; the next one still fits nowhere else.
        var root = new PyDict { { "a", Bytes(8) }, { "b", Bytes(8) }, { "c", Bytes(40) }, { "d", Bytes(4) }, { "e", Bytes(12) } };
        var options = _safetensors with { MaxShardSize = 16, Metadata = new Dictionary<string, string> { ["format"] = "pt" } };
        await Saved.ToPathAsync(async, root, _folder["model.safetensors"], options);

        Assert.Equal(
            ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json"], _folder.Names);
        Assert.Equal(
            """
            {
              "metadata": {
                "total_size": 72
              },
              "weight_map": {
                "a": "model-00001-of-00003.safetensors",
                "b": "model-00001-of-00003.safetensors",
                "c": "model-00002-of-00003.safetensors",
                "d": "model-00003-of-00003.safetensors",
                "e": "model-00003-of-00003.safetensors"
              }
            }

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(_folder["model.safetensors.index.json"]));

        using var checkpoint = async
            ? await Checkpoint.OpenAsync(_folder["model.safetensors.index.json"], cancellationToken: TestContext.Current.CancellationToken)
            : Checkpoint.Open(_folder["model.safetensors.index.json"]);
        Assert.Equal(CheckpointFormat.Sharded, checkpoint.Format);
        Assert.Equal(["a", "b", "c", "d", "e"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([8, 8, 40, 4, 12], checkpoint.Tensors.Select(tensor => tensor.View.ToArray<byte>().Length));
        Assert.Equal("pt", checkpoint.Metadata["format"]);
        Assert.Equal(
            Enumerable.Range(1, 3).Select(number => _folder[$"model-0000{number}-of-00003.safetensors"]), checkpoint.ShardFiles);
    }

    [Theory, InlineData(CheckpointFormat.TorchZip), InlineData(CheckpointFormat.TorchLegacy)]
    public async Task AStateDictKeepsItsOrderItsVersionsAndWhatIsTied(CheckpointFormat format)
    {
        var root = Models.StateDict();
        await Saved.ToPathAsync(async: false, root, _folder["pytorch_model.bin"], new() { Format = format, MaxShardSize = 48 });
        Assert.Equal(["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin", "pytorch_model.bin.index.json"], _folder.Names);

        using var checkpoint = Checkpoint.Open(_folder["pytorch_model.bin.index.json"]);
        var found = Assert.IsType<PyDict>(checkpoint.Root);
        Assert.True(found.IsOrdered);
        Assert.Equal(1, found.Attributes!["_metadata"][""]["version"].AsInt64());
        Assert.Equal(root.Select(entry => entry.Key.AsString()), found.Select(entry => entry.Key.AsString()));
        Assert.Same(found["encoder.weight"], found["decoder.weight"]);
        Assert.Same(found["encoder.weight"].AsTensor().Storage, found["turned"].AsTensor().Storage);
        Assert.Equal([7], found["count"].AsTensor().ToArray<long>());
    }

    [Fact]
    public async Task WhatFitsIsOneFileWithoutAnIndex()
    {
        await Saved.ToPathAsync(async: false, new PyDict { { "a", Bytes(8) }, { "b", Bytes(8) } }, _folder["model.safetensors"], _safetensors with { MaxShardSize = 16 });

        Assert.Equal(["model.safetensors"], _folder.Names);
    }

    [Fact]
    public async Task TiedTensorsThatAreDroppedAreInNoIndex()
    {
        var tied = Bytes(8);
        var root = new PyDict { { "z", tied }, { "b", Bytes(12) }, { "a", tied } };
        await Saved.ToPathAsync(async: false, root, _folder["m.safetensors"], _safetensors with { MaxShardSize = 16, DropShared = true });
        using var checkpoint = Checkpoint.Open(_folder["m.safetensors.index.json"]);

        Assert.Equal(["b", "a", "z"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([KeyValuePair.Create("z", "a")], checkpoint.Aliases);
        Assert.Same(checkpoint.FindTensor("a").Storage, checkpoint.FindTensor("z").Storage);
        Assert.Contains("\"z\": \"a\"", File.ReadAllText(_folder["m.safetensors.index.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheOldFilesAreReplacedAndThoseOfOneFileRemoved()
    {
        File.WriteAllText(_folder["model.safetensors"], "old");
        await Save(1);
        Assert.DoesNotContain("model.safetensors", _folder.Names);
        await Save(2);

        using var checkpoint = Checkpoint.Open(_folder["model.safetensors.index.json"]);
        Assert.Equal([2, 2], checkpoint.Tensors.Select(tensor => (int)tensor.View.ToArray<byte>()[0]));
        Assert.Equal(3, _folder.Names.Count());

        Task Save(byte value) => Saved.ToPathAsync(
            async: false, new PyDict { { "a", Bytes(8, value) }, { "b", Bytes(8, value) } }, _folder["model.safetensors"], _safetensors with { MaxShardSize = 8 });
    }

    [Fact]
    public async Task OneFileTakesThePlaceOfAnEarlierSaveInSeveral()
    {
        File.WriteAllText(_folder["m-notes-of-00002.safetensors"], "the user's own");
        await Save("m.safetensors", _safetensors with { MaxShardSize = 8 }, 1, 2, 3);
        File.WriteAllText(_folder["m-00001-of-00009.safetensors"], "named by no index");
        await Save("m.safetensors", _safetensors, 4);

        Assert.Equal(["m-00001-of-00009.safetensors", "m-notes-of-00002.safetensors", "m.safetensors"], _folder.Names);
    }

    [Fact]
    public async Task SeveralFilesTakeThePlaceOfMore()
    {
        await Save("m.bin", new() { MaxShardSize = 8 }, 1, 2, 3);
        await Save("m.bin", new() { MaxShardSize = 16 }, 4, 5, 6);

        Assert.Equal(["m-00001-of-00002.bin", "m-00002-of-00002.bin", "m.bin.index.json"], _folder.Names);
        using var checkpoint = Checkpoint.Open(_folder["m.bin.index.json"]);
        Assert.Equal([4, 5, 6], checkpoint.Tensors.Select(tensor => (int)tensor.View.ToArray<byte>()[0]));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no JSON")]
    [InlineData("""{"weight_map":{"a":"../other-00001-of-00001.bin"}}""")]
    public async Task WhatIsNoIndexOfOursIsLeftAlone(string index)
    {
        File.WriteAllText(_folder["m.bin.index.json"], index);
        await Save("m.bin", new(), 1);

        Assert.Equal(["m.bin", "m.bin.index.json"], _folder.Names);
    }

    private Task Save(string name, WriteOptions options, params byte[] values)
    {
        var root = new PyDict();
        foreach (var (i, value) in values.Index())
        {
            root.Add($"t{i}", Bytes(8, value));
        }

        return Saved.ToPathAsync(async: false, root, _folder[name], options);
    }

    [Fact]
    public async Task AnOpenCheckpointIsSavedOverItself()
    {
        var options = _safetensors with { MaxShardSize = 8 };
        await Saved.ToPathAsync(async: false, new PyDict { { "a", Bytes(8, 1) }, { "b", Bytes(8, 2) } }, _folder["m.safetensors"], options);
        using (var open = Checkpoint.Open(_folder["m.safetensors.index.json"]))
        {
            await Saved.ToPathAsync(async: true, new PyDict { { "b", open.Root["b"] }, { "a", open.Root["a"] } }, _folder["m.safetensors"], options);
        }

        using var checkpoint = Checkpoint.Open(_folder["m.safetensors.index.json"]);
        Assert.Equal([("b", 2), ("a", 1)], checkpoint.Tensors.Select(tensor => (tensor.Name, (int)tensor.View.ToArray<byte>()[0])));
    }

    [Fact]
    public async Task AFailureLeavesTheOldFilesAsTheyWere()
    {
        await Saved.ToPathAsync(async: false, new PyDict { { "a", Bytes(8) }, { "b", Bytes(8) } }, _folder["m.safetensors"], _safetensors with { MaxShardSize = 8 });
        var before = _folder.Names.ToDictionary(name => name, name => File.ReadAllBytes(_folder[name]));
        var broken = new PyDict { { "a", Bytes(8, 3) }, { "b", new TensorView(new(new FailingByteSource()), ElementType.UInt8, [8]) } };

        await Assert.ThrowsAsync<IOException>(() => Saved.ToPathAsync(async: false, broken, _folder["m.safetensors"], _safetensors with { MaxShardSize = 8 }));

        Assert.Equal(before.Keys, _folder.Names);
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(_folder[file.Key])));
    }

    [Fact]
    public async Task ProgressIsThatOfAllFiles()
    {
        var reports = new List<SaveProgress>();
        await Saved.ToPathAsync(
            async: false, new PyDict { { "a", Bytes(8) }, { "b", Bytes(8) } }, _folder["m.bin"], new() { MaxShardSize = 8 }, new Reports(reports.Add));

        Assert.Equal([new(0, 16), new(8, 16), new(8, 16), new(16, 16)], reports);
    }

    [Theory]
    [InlineData("m.safetensors.index.json")]
    public async Task ThePathIsThatOfOneFile(string name) => await Assert.ThrowsAsync<ArgumentException>(
        () => Saved.ToPathAsync(async: false, new PyDict { { "a", Bytes(8) }, { "b", Bytes(8) } }, _folder[name], _safetensors with { MaxShardSize = 8 }));

    [Fact]
    public async Task OnlyADictionaryOfTensorsIsSplit()
    {
        var options = new WriteOptions { MaxShardSize = 8 };
        Assert.Contains("the object is a list", (await Assert.ThrowsAsync<UnsupportedCheckpointException>(() => Saved.ToPathAsync(async: false, new PyList(), _folder["m.bin"], options))).Message, StringComparison.Ordinal);
        Assert.Contains("'epoch' is an int", (await Assert.ThrowsAsync<UnsupportedCheckpointException>(() => Saved.ToPathAsync(async: false, new PyDict { { "epoch", 1 } }, _folder["m.bin"], options))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpeningReadsNoTensor()
    {
        await Saved.ToPathAsync(async: false, new PyDict { { "a", Bytes(1 << 20) }, { "b", Bytes(1 << 20) } }, _folder["m.safetensors"], _safetensors with { MaxShardSize = 1 << 20 });
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var checkpoint = Checkpoint.Open(_folder["m.safetensors.index.json"]);

        Assert.Equal(2, checkpoint.Tensors.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
    }

    private static TensorView Bytes(int count, byte value = 7)
    {
        var bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return TensorView.FromArray(bytes, ElementType.UInt8, count);
    }

    private sealed class FailingByteSource : ByteSource
    {
        public override long Length => 8;

        public override void Read(long offset, Span<byte> destination) => throw new IOException("the disk is gone");
    }
}
