using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Tensors;

/// <summary>Tensors that lie in a mapped file.</summary>
public sealed class MappedTensorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MappedTensorTests() =>
        torch.save(
            new Dictionary<string, object>
            {
                ["floats"] = arange(1000, float32),
                ["bfloat16"] = arange(8, float32).to(bfloat16),
                ["transposed"] = arange(6, int64).reshape(2, 3).t(),
                ["scalar"] = tensor(3.5),
                ["empty"] = empty([0]),
                ["complex"] = torch.complex(arange(3, float32), arange(3, float32)).conj(),
            },
            _folder["saved.pt"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheyAreThoseThatAreRead()
    {
        using var read = torch.load(_folder["saved.pt"], weights_only: true);
        using var mapped = torch.load(_folder["saved.pt"], mmap: true);

        foreach (var name in new[] { "floats", "bfloat16", "transposed", "scalar", "empty", "complex" })
        {
            var (expected, found) = (read[name].tensor(), mapped[name].tensor());
            Assert.Equal(expected.dtype, found.dtype);
            Assert.Equal(expected.shape, found.shape);
            Assert.Equal(expected.stride(), found.stride());
            Assert.Equal(Bits.Of(expected), Bits.Of(found));
            Assert.Equal(Native.StorageBytes(expected), Native.StorageBytes(found));
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void StridesOfNoConsequenceAreKept(bool mmap)
    {
        torch.save(new Dictionary<string, object> { ["row"] = arange(3, float32).as_strided([1, 3], [7, 1]) }, _folder["row.pt"]);
        using var loaded = torch.load(_folder["row.pt"], mmap: mmap);

        Assert.Equal([7, 1], loaded.state_dict()["row"].stride());
    }

    [Theory, InlineData(true), InlineData(false)]
    public void AStorageOfWhichOneTensorHasAllIsSharedAllTheSame(bool mmap)
    {
        var whole = arange(6, float32).reshape(2, 3);
        torch.save(new Dictionary<string, object> { ["whole"] = whole, ["again"] = whole.view(6), ["row"] = whole[1], ["other"] = whole.clone() }, _folder["shared.pt"]);
        using var loaded = torch.load(_folder["shared.pt"], mmap: mmap);
        var state = loaded.state_dict();

        state["whole"].fill_(9);
        Assert.Equal(9, state["again"][5].item<float>());
        Assert.Equal(9, state["row"][0].item<float>());
        Assert.Equal(5, state["other"][1][2].item<float>());

        // What was made of the others is no part of them.
        state["whole"].Dispose();
        state["again"].Dispose();
        Assert.Equal(9, state["row"][2].item<float>());
        Assert.Equal(24, Native.StorageBytes(state["other"]));
    }

    [Fact]
    public void TheyLieInTheFileAndNotInMemoryOfTheirOwn()
    {
        using var mapped = torch.load(_folder["saved.pt"], mmap: true);

        var (first, second) = (mapped["floats"].tensor(), mapped["floats"].tensor());

        Assert.Equal(Native.StorageStart(first), Native.StorageStart(second));
        Assert.Equal(0, Native.StorageStart(first) % 64);
    }

    [Fact]
    public void TheyOutliveTheCheckpoint()
    {
        Tensor tensor, other;
        using (var mapped = torch.load(_folder["saved.pt"], mmap: true))
        {
            (tensor, other) = (mapped["floats"].tensor(), mapped["floats"].tensor());
        }

        other.Dispose();
        File.Delete(_folder["saved.pt"]);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Equal(999 * 500, tensor.sum().item<float>());
    }

    [Fact]
    public void WritingToThemChangesNoFile()
    {
        var before = File.ReadAllBytes(_folder["saved.pt"]);
        using (var mapped = torch.load(_folder["saved.pt"], mmap: true))
        {
            mapped["floats"].tensor().fill_(7);
            Assert.Equal(7, mapped["floats"].tensor()[999].item<float>());
        }

        Assert.Equal(before, File.ReadAllBytes(_folder["saved.pt"]));
    }

    [Fact]
    public void TheFileTheyLieInCanBeSavedOver()
    {
        using var mapped = torch.load(_folder["saved.pt"], mmap: true);
        var tensor = mapped["floats"].tensor();

        torch.save(new[] { tensor.mul(2) }, _folder["saved.pt"]);

        Assert.Equal(999, tensor[999].item<float>());
        using var saved = torch.load(_folder["saved.pt"], mmap: true);
        Assert.Equal(2 * 999, saved[0].tensor()[999].item<float>());
    }

    [Fact]
    public void AModelThatTakesThemOverIsTrainedInPlace()
    {
        using var source = nn.Linear(4, 3);
        torch.save(source.state_dict(keep_vars: false), _folder["model.pt"]);
        using var model = nn.Linear(4, 3);
        using (var mapped = torch.load(_folder["model.pt"], mmap: true))
        {
            model.load_state_dict(mapped, assign: true);
        }

        Assert.Equal(Bits.Of(source.weight), Bits.Of(model.weight));
        Assert.True(model.weight!.requires_grad);

        var optimizer = optim.SGD(model.parameters(), 0.1);
        model.forward(ones(2, 4)).sum().backward();
        optimizer.step();

        Assert.NotEqual(Bits.Of(source.weight), Bits.Of(model.weight));
        Assert.True(model.load_state_dict(_folder["model.pt"]).ToString() == "<All keys matched successfully>");
        Assert.Equal(Bits.Of(source.weight), Bits.Of(model.weight));
    }

    [Fact]
    public void WhatIsCompressedIsRead()
    {
        Rezip(_folder["saved.pt"], _folder["deflated.pt"], CompressionLevel.Fastest);
        using var mapped = torch.load(_folder["deflated.pt"], mmap: true);

        Assert.Equal(999 * 500, mapped["floats"].tensor().sum().item<float>());
    }

    [Fact]
    public void WhatIsNotAlignedIsRead()
    {
        // Records that nobody aligned lie anywhere; over many, most of them are not at multiples of eight.
        torch.save(Enumerable.Range(0, 20).Select(i => full([3], (double)i, dtype: float64)).ToArray(), _folder["doubles.pt"]);
        Rezip(_folder["doubles.pt"], _folder["stored.pt"], CompressionLevel.NoCompression);
        using var mapped = torch.load(_folder["stored.pt"], mmap: true);

        var tensors = mapped.tensors();

        Assert.All(tensors, tensor => Assert.Equal(0, Native.StorageStart(tensor) % sizeof(double)));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (double)i), tensors.Select(tensor => tensor[2].item<double>()));
    }

    private static void Rezip(string from, string to, CompressionLevel level)
    {
        using var source = ZipFile.OpenRead(from);
        using var target = ZipFile.Open(to, ZipArchiveMode.Create);
        foreach (var entry in source.Entries)
        {
            using var input = entry.Open();
            using var output = target.CreateEntry(entry.FullName, level).Open();
            input.CopyTo(output);
        }
    }
}
