using Torchkeep.Tests.IO;
using Torchkeep.Tests.Saving;
using static Torchkeep.Tests.Formats.Safetensors.SafetensorsBytes;

namespace Torchkeep.Tests.Formats.Safetensors;

/// <summary>What is written, and what cannot be.</summary>
public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly WriteOptions _options = new() { Format = CheckpointFormat.Safetensors };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, Func<PyValue>, string> Refused => new()
    {
        { "a tensor", () => Floats(1), "a file of safetensors is a dictionary from names t" },
        { "a list", () => new PyList(Floats(1)), "the object is a list" },
        { "a key", () => new PyDict { { 1, Floats(1) } }, "safetensors names tensors by texts, and the dictionary has the key 1" },
        { "nested", () => new PyDict { { "model", new PyDict { { "w", Floats(1) } } } }, "safetensors holds a flat dictionary of tensors, and" },
        { "a number", () => new PyDict { { "w", Floats(1) }, { "epoch", 7 } }, "'epoch' is an int: leave it out" },
        { "a name", () => new PyDict { { "__metadata__", Floats(1) } }, "a tensor cannot be called '__metadata__'" },
        { "half a pair", () => new PyDict { { "\ud800", Floats(1) } }, "half of a surrogate pair" },
        { "complex128", () => new PyDict { { "w", TensorView.FromArray(new Int128[1], ElementType.Complex128, 1) } }, "no dtype for a tensor torch.complex128 [1]" },
        { "quantized", () => new PyDict { { "w", TensorView.FromArray(new byte[1], ElementType.QUInt8, 1) } }, "no dtype for a tensor torch.quint8 [1]" },
        { "half a byte", () => new PyDict { { "w", TensorView.FromArray(new byte[1], ElementType.Float4E2M1FnX2) } }, "no dtype for a tensor torch.float4_e2m1fn_x2 []" },
        { "tied", Tied, "the tensors 'a' and 'b' are tied, which safetensors cannot say: write them once, with the other names beside (WriteOptions.DropShared = true), or give each bytes of its own (WriteOptions.CopyShared = true)" },
        { "overlapping", () => Parts(0, 4, 3, 4), "the tensors 'a' and 'b' share memory, which safetensors cannot say: give each bytes of its own (WriteOptions.CopyShared = true) (tensor 'b')" },
        { "inside", () => Parts(0, 8, 2, 2), "share memory" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheFileIsWhatSafetensorsWrites()
    {
        // As safetensors 0.8.0 writes it: wide elements first, then names by their bytes, spaces up to a multiple of 8.
        var root = new PyDict
        {
            { "b", TensorView.FromArray<byte>([1, 2, 3], ElementType.UInt8, 3) },
            { "é", Floats(1) },
            { "a", Floats(2, 3) },
            { "n", TensorView.FromArray<long>([4], ElementType.Int64) },
            { "f4", TensorView.FromArray<byte>([5, 6], ElementType.Float4E2M1FnX2, 1, 2) },
        };
        var file = Saved.ToBytes(root, _options with { Metadata = new Dictionary<string, string> { ["format"] = "pt" } });

        var header = """{"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"é":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},"b":{"dtype":"U8","shape":[3],"data_offsets":[20,23]},"f4":{"dtype":"F4","shape":[1,4],"data_offsets":[23,25]}}""";
        Assert.Equal(header, HeaderOf(file).TrimEnd(' '));
        Assert.Equal(0, (file.Length - 25) % 8);
        Assert.InRange(HeaderOf(file).Length - header.Length, 0, 7);
        Assert.Equal([4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 63, 1, 2, 3, 5, 6], file[^25..]);
    }

    [Fact]
    public void NothingIsAFileToo() => Assert.Equal([8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], Saved.ToBytes(new PyDict(), _options));

    [Theory, InlineData(false), InlineData(true)]
    public async Task EveryWayToSaveGivesTheSameBytes(bool async)
    {
        var root = new PyDict { { "w", Floats(1, 2) } };
        var expected = Saved.ToBytes(root, _options);

        await Saved.ToPathAsync(async, root, _folder["model.safetensors"], _options);
        Assert.Equal(expected, System.IO.File.ReadAllBytes(_folder["model.safetensors"]));

        var forward = new MemoryStream();
        await Saved.ToStreamAsync(async, root, new ForwardStream(forward), _options);
        Assert.Equal(expected, forward.ToArray());
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task WhatCannotBeHeldIsRefusedAndChangesNothing(string what, Func<PyValue> root, string expected)
    {
        System.IO.File.WriteAllText(_folder["old.safetensors"], what);
        var error = await Assert.ThrowsAsync<UnsupportedCheckpointException>(() => Saved.ToPathAsync(async: false, root(), _folder["old.safetensors"], _options));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(what, System.IO.File.ReadAllText(_folder["old.safetensors"]));
        Assert.Equal(["old.safetensors"], _folder.Names);
    }

    [Fact]
    public void ElementsAreWrittenInRowMajorOrderWhateverTheLayout()
    {
        var storage = TensorStorage.FromArray<float>([0, 1, 2, 3, 4, 5]);
        var swapped = TensorStorage.FromArray<byte>([0, 1, 0, 2]);
        var root = new PyDict
        {
            { "turned", new PyTensor(new(storage, ElementType.Float32, [3, 2], [1, 3]), requiresGrad: true, isParameter: true) },
            { "expanded", new TensorView(TensorStorage.FromArray<float>([7]), ElementType.Float32, [3], [0]) },
            { "negated", new TensorView(TensorStorage.FromArray<float>([7]), ElementType.Float32, [1]) { IsNegated = true } },
            { "big", new TensorView(new TensorStorage(swapped.Bytes, "cpu", null, bigEndian: true), ElementType.Int16, [2]) },
        };
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(root, _options));

        Assert.Equal([0, 3, 1, 4, 2, 5], checkpoint.FindTensor("turned").ToArray<float>());
        Assert.Equal([3, 2], checkpoint.FindTensor("turned").Shape);
        Assert.Equal([7, 7, 7], checkpoint.FindTensor("expanded").ToArray<float>());
        Assert.Equal([-7], checkpoint.FindTensor("negated").ToArray<float>());
        Assert.Equal([1, 2], checkpoint.FindTensor("big").ToArray<short>());
        Assert.False(((PyTensor)checkpoint.Root["turned"]).IsParameter);
    }

    [Fact]
    public void PartsOfOneStorageThatDoNotTouchAreFine()
    {
        using var checkpoint = Checkpoint.Open(Saved.ToBytes(Parts(4, 4, 0, 4), _options));

        Assert.Equal([4, 5, 6, 7], checkpoint.FindTensor("a").ToArray<float>());
        Assert.Equal([0, 1, 2, 3], checkpoint.FindTensor("b").ToArray<float>());
    }

    [Fact]
    public void TiedTensorsAreWrittenOnceWhenAskedFor()
    {
        var root = Tied();
        var empty = TensorView.FromArray<float>([], ElementType.Float32, 0);
        root.Add("c", empty);
        root.Add("d", empty);
        var file = Saved.ToBytes(root, _options with { DropShared = true });
        using var checkpoint = Checkpoint.Open(file);

        Assert.Equal(["a", "c", "d", "b"], checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([KeyValuePair.Create("b", "a")], checkpoint.Aliases);
        Assert.Same(checkpoint.FindTensor("a").Storage, checkpoint.FindTensor("b").Storage);
        Assert.Empty(checkpoint.Metadata);
        var taken = _options with { DropShared = true, Metadata = new Dictionary<string, string> { ["b"] = "given" } };
        Assert.Contains("its name would stand in the metadata", Assert.Throws<UnsupportedCheckpointException>(() => Saved.ToBytes(root, taken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EachGetsBytesOfItsOwnWhenAskedFor()
    {
        using var copied = Checkpoint.Open(Saved.ToBytes(Parts(0, 4, 3, 4), _options with { CopyShared = true }));
        Assert.Equal([0, 1, 2, 3], copied.FindTensor("a").ToArray<float>());
        Assert.Equal([3, 4, 5, 6], copied.FindTensor("b").ToArray<float>());

        // What is tied is written once all the same where that is wanted too.
        var both = Parts(0, 4, 3, 4);
        both.Add("c", both["a"]);
        using var mixed = Checkpoint.Open(Saved.ToBytes(both, _options with { CopyShared = true, DropShared = true }));
        Assert.Equal([KeyValuePair.Create("c", "a")], mixed.Aliases);
        Assert.Equal([3, 4, 5, 6], mixed.FindTensor("b").ToArray<float>());
    }

    [Theory]
    [InlineData("model.safetensors", CheckpointFormat.Safetensors)]
    [InlineData("model.SafeTensors", CheckpointFormat.Safetensors)]
    [InlineData("model.pt", CheckpointFormat.TorchZip)]
    [InlineData("model.pth.tar", CheckpointFormat.TorchZip)]
    [InlineData("safetensors", CheckpointFormat.TorchZip)]
    public void WithoutAFormatTheNameSaysIt(string name, CheckpointFormat expected)
    {
        using var folder = new TemporaryFolder();
        Checkpoint.Save(new PyDict { { "w", Floats(1) } }, folder[name], cancellationToken: TestContext.Current.CancellationToken);

        using var checkpoint = Checkpoint.Open(folder[name]);
        Assert.Equal(expected, checkpoint.Format);
    }

    [Fact]
    public void WhatANameCannotHoldIsRefusedWithTheWayOn()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<UnsupportedCheckpointException>(() => Checkpoint.Save(new PyDict { { "epoch", 7 } }, folder["run.safetensors"], cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("any other name than *.safetensors or WriteOptions.Format = TorchZip", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void WhatOverlapsOtherwiseIsRefusedAllTheSame() => Assert.Contains(
        "share memory",
        Assert.Throws<UnsupportedCheckpointException>(() => Saved.ToBytes(Parts(0, 4, 3, 4), _options with { DropShared = true })).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(CheckpointFormat.TorchTar)]
    [InlineData(CheckpointFormat.Sharded)]
    [InlineData((CheckpointFormat)99)]
    public void OtherKindsAreNotWritten(CheckpointFormat format) => Assert.Contains(
        "Safetensors, TorchZip, TorchLegacy are", Assert.Throws<ArgumentException>(() => Saved.ToBytes(new PyDict(), new() { Format = format })).Message, StringComparison.Ordinal);

    [Fact]
    public void MetadataWithoutAPlaceIsRefused()
    {
        Assert.Throws<ArgumentException>(() => Saved.ToBytes(new PyDict(), new() { Metadata = new Dictionary<string, string> { ["format"] = "pt" } }));
        Assert.Throws<ArgumentException>(() => Saved.ToBytes(new PyDict(), new() { DropShared = true }));
        Assert.Throws<ArgumentException>(() => Saved.ToBytes(new PyDict(), new() { CopyShared = true }));
        Assert.Throws<ArgumentException>(() => Saved.ToBytes(new PyDict(), new() { FloatingPointType = ElementType.Int8 }));
        Assert.Throws<ArgumentException>(() => Saved.ToBytes(new PyDict(), new() { MaxShardSize = 0 }));
        Assert.Throws<ArgumentException>(() => Saved.ToBytes(new PyDict(), new() { MaxShardSize = 1 }));
    }

    [Fact]
    public void ProgressCountsTheTensors()
    {
        var reports = new List<SaveProgress>();
        Checkpoint.Save(new PyDict { { "a", Floats(1, 2) }, { "b", Floats(3) } }, new MemoryStream(), _options, new Reports(reports.Add), TestContext.Current.CancellationToken);

        Assert.Equal([new(0, 12), new(8, 12), new(12, 12)], reports);
    }

    [Fact]
    public void ASmallPartOfALargeArchiveIsReadAndNoMore()
    {
        // Of an archive whose checksums are not asked for.
        var large = new PyDict { { "w", TensorView.FromArray(new byte[1 << 20], ElementType.UInt8, 1 << 20) } };
        var source = new CountingByteSource(Saved.ToBytes(large));
        using var checkpoint = Checkpoint.Open(source, new() { VerifyChecksums = false });
        source.Reads.Clear();
        Saved.ToBytes(new PyDict { { "part", checkpoint.FindTensor("w").AsStrided([100], [1], 5000) } }, _options);

        // The record's header, then the part.
        Assert.Equal([30, 100], source.Reads.Select(read => read.Length));
    }

    [Fact]
    public void ACorruptTensorOfAnArchiveFailsTheSave()
    {
        var file = Saved.ToBytes(new PyDict { { "w", Floats(1.5f) } });
        file[file.AsSpan().IndexOf(BitConverter.GetBytes(1.5f))] ^= 1;
        using var checkpoint = Checkpoint.Open(file);
        var error = Assert.Throws<InvalidCheckpointException>(() => Saved.ToBytes(checkpoint.Root, _options));

        Assert.Contains("CRC-32", error.Message, StringComparison.Ordinal);
        Assert.Equal("w", error.TensorName);
    }

    private static PyDict Tied()
    {
        var weight = Floats(1, 2);
        return new() { { "b", weight }, { "a", weight } };
    }

    private static PyDict Parts(long start, long count, long otherStart, long otherCount)
    {
        var storage = TensorStorage.FromArray<float>([0, 1, 2, 3, 4, 5, 6, 7]);
        return new()
        {
            { "a", new TensorView(storage, ElementType.Float32, [count], [1], start) },
            { "b", new TensorView(storage, ElementType.Float32, [otherCount], [1], otherStart) },
        };
    }

    private static TensorView Floats(params float[] elements) => TensorView.FromArray(elements, ElementType.Float32, elements.Length);
}
