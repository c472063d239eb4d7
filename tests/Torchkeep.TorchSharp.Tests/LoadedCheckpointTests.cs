using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

public class LoadedCheckpointTests
{
    private static readonly Dictionary<string, object?> _values = new()
    {
        ["epoch"] = 3,
        ["large"] = 1L << 40,
        ["huge"] = Int128.MaxValue,
        ["loss"] = 0.5,
        ["done"] = true,
        ["name"] = "net",
        ["nothing"] = null,
        ["list"] = new List<object> { 1, "a" },
        ["tensor"] = ones(2),
    };

    private static readonly Dictionary<string, (Func<LoadedCheckpoint, object> Get, string Message)> _mistakes = new()
    {
        ["an int of text"] = (loaded => (int)loaded["name"], "['name']: expected an int, found str 'net'"),
        ["a long of a float"] = (loaded => (long)loaded["loss"], "['loss']: expected an int, found float 0.5"),
        ["a float of text"] = (loaded => (double)loaded["name"], "['name']: expected a float, found str 'net'"),
        ["a bool of an int"] = (loaded => (bool)loaded["epoch"], "['epoch']: expected a bool, found int 3"),
        ["text of None"] = (loaded => (string)loaded["nothing"], "['nothing']: expected a str, found NoneType"),
        ["a tensor of a list"] = (loaded => loaded["list"].tensor(), "['list']: expected a tensor, found list"),
        ["tensors of a list of others"] = (loaded => loaded["list"].tensors(), "['list']: expected tensors alone, found int 1"),
        ["tensors of a tensor"] = (loaded => loaded["tensor"].tensors(), "['tensor']: expected a list, tuple, set or deque, found Tensor"),
        ["a state_dict of a list"] = (loaded => loaded["list"].state_dict(), "['list']: expected a dictionary of tensors, found list"),
        ["a state_dict of all kinds of things"] = (loaded => loaded.state_dict(), "expected tensors alone, found int 3"),
        ["a key of a list"] = (loaded => loaded["list"]["a"], "['list']: expected a dictionary, found list"),
        ["an index of a number"] = (loaded => loaded["epoch"][0], "['epoch']: expected a list, tuple or dictionary, found int 3"),
    };

    public static TheoryData<string> Mistakes => [.. _mistakes.Keys];

    [Fact]
    public void PlainValuesAreCastToTheirTypes()
    {
        using var loaded = InMemory.Reload(_values);

        Assert.Equal(3, (int)loaded["epoch"]);
        Assert.Equal(1L << 40, (long)loaded["large"]);
        Assert.Equal((0.5, 3.0), ((double)loaded["loss"], (double)loaded["epoch"]));
        Assert.True((bool)loaded["done"]);
        Assert.Equal(1, (int)loaded["done"]);
        Assert.Equal("net", (string)loaded["name"]);
        Assert.Equal("a", (string)loaded["list"][1]);
        Assert.Same(PyNone.Value, loaded["nothing"].value);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void AWrongGuessIsToldWhatIsThere(string guess)
    {
        using var loaded = InMemory.Reload(_values);

        Assert.Equal(_mistakes[guess].Message, Assert.Throws<InvalidOperationException>(() => _mistakes[guess].Get(loaded)).Message);
    }

    [Fact]
    public void AMissingKeyIsToldWhichThereAre()
    {
        using var loaded = InMemory.Reload(_values);

        var error = Assert.Throws<KeyNotFoundException>(() => loaded["model"]);

        Assert.Contains("'model'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'epoch', 'large'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnIndexPastTheEndIsRefused()
    {
        using var loaded = InMemory.Reload(_values);

        Assert.Throws<ArgumentOutOfRangeException>(() => loaded["list"][2]);
    }

    [Fact]
    public void ANumberThatIsTooLargeIsNotCutOff()
    {
        using var loaded = InMemory.Reload(_values);

        Assert.Throws<OverflowException>(() => (int)loaded["large"]);
        Assert.Throws<OverflowException>(() => (long)loaded["huge"]);
        Assert.Equal((double)Int128.MaxValue, (double)loaded["huge"]);
    }

    [Fact]
    public void ADictionaryWithNumbersForKeysIsNoStateDict()
    {
        using var counted = new CountingByteSource(new ArrayByteSource(InMemory.Save(new Dictionary<int, Tensor> { [0] = ones(2) })));
        using var loaded = new LoadedCheckpoint(Checkpoint.Open(counted), default);
        counted.Reads.Clear();

        var error = Assert.Throws<InvalidOperationException>(loaded.state_dict);

        Assert.Equal("expected a str, found int 0", error.Message);
        Assert.Empty(counted.Reads);
    }

    [Fact]
    public void AStateDictIsReadWithItsOrderAndMetadata()
    {
        using var loaded = InMemory.Reload(Nets.Small().state_dict(keep_vars: false));

        var state = loaded.state_dict();

        Assert.Equal(Nets.SmallKeys, state.Keys);
        Assert.Equal(2, state.metadata!["norm"]["version"].AsInt64());
    }

    [Fact]
    public void EntriesThatShareMemoryShareItWhenReadTogether()
    {
        var weight = rand(3, 4);
        using var loaded = InMemory.Reload(new Dictionary<string, Tensor> { ["weight"] = weight, ["turned"] = weight.t() });

        var state = loaded.state_dict();
        state["weight"].zero_();

        Assert.Equal(0, state["turned"].sum().item<float>());
    }

    [Fact]
    public void EachReadingIsATensorOfItsOwn()
    {
        using var loaded = InMemory.Reload((object)ones(2));

        loaded.tensor().zero_();

        Assert.Equal([1f, 1f], loaded.tensor().data<float>().ToArray());
    }

    [Fact]
    public void LoadedTensorsOfOneStorageAreNoViewsOfEachOtherToAutograd()
    {
        var whole = arange(6, dtype: float32);
        using var loaded = InMemory.Reload((Tensor[])[whole[..3], whole[3..]]);
        var (left, right) = loaded.tensors() is [var a, var b] ? (a, b) : default;

        // Of views, the second becomes a part of the graph with the first, and a change of either spoils what waits for the other.
        right.requires_grad_(true);
        var waiting = (right * right).sum();
        left.mul_(ones(3, requires_grad: true));
        waiting.backward();

        Assert.Equal([6f, 8f, 10f], right.grad!.data<float>().ToArray());
        Assert.True(right.is_leaf);
    }

    [Fact]
    public void ALoadedParameterIsTrained()
    {
        var parameter = Assert.IsType<Parameter>(InMemory.Reload(new Parameter(ones(2))));

        (parameter * 3).sum().backward();
        optim.SGD([parameter], 0.5).step();

        Assert.Equal([-0.5f, -0.5f], parameter.data<float>().ToArray());
    }

    [Fact]
    public void AStreamIsReadFromItsPositionAndStaysOpen()
    {
        var stream = new MemoryStream();
        stream.Write([1, 2, 3]);
        torch.save(new List<int> { 7 }, stream);
        stream.Position = 3;

        using (var loaded = torch.load(stream))
        {
            Assert.Equal(7, (int)loaded[0]);
        }

        Assert.True(stream.CanRead);
    }

    [Fact]
    public void AfterDisposingWhatWasReadStaysAndNothingMoreIsRead()
    {
        var loaded = InMemory.Reload(new Dictionary<string, Tensor> { ["a"] = ones(2) });
        var part = loaded["a"];
        var read = part.tensor();

        loaded.Dispose();

        Assert.Equal([1f, 1f], read.data<float>().ToArray());
        Assert.Throws<ObjectDisposedException>(part.tensor);
        Assert.Throws<ObjectDisposedException>(loaded.state_dict);
    }

    [Fact]
    public void DisposingAPartClosesTheFile()
    {
        using var folder = new TemporaryFolder();
        torch.save(new List<Tensor> { ones(2) }, folder["list.pt"]);
        var loaded = torch.load(folder["list.pt"], weights_only: true);

        loaded[0].Dispose();

        Assert.Throws<ObjectDisposedException>(loaded.tensors);
    }

    [Fact]
    public void AMissingFileIsSaid() =>
        Assert.Throws<FileNotFoundException>(() => torch.load("no-such-file.pt", weights_only: true));

    [Fact]
    public void ReplacingTheOpenFileChangesNothing()
    {
        using var folder = new TemporaryFolder();
        var path = folder["model.pt"];
        torch.save(new List<Tensor> { ones(2) }, path);
        using var loaded = torch.load(path, weights_only: true);

        torch.save(new List<Tensor> { zeros(2) }, path);

        Assert.Equal([1f, 1f], loaded[0].tensor().data<float>().ToArray());
        using var replaced = torch.load(path, weights_only: true);
        Assert.Equal([0f, 0f], replaced[0].tensor().data<float>().ToArray());
    }

    [Theory]
    [InlineData("1.13")]
    [InlineData("2.14")]
    public void AQuantizedTensorOfPyTorchIsRefusedByName(string version)
    {
        using var loaded = torch.load(Repository.Fixture(version, "quantized.pt"), weights_only: true);

        var error = Record.Exception(loaded.state_dict);

        Assert.IsType<InvalidOperationException>(error);
        Assert.Contains("PyQuantizedTensor", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ConjugatedTensorsOfPyTorchAreReadAsWhatTheyMean()
    {
        using var loaded = torch.load(Repository.Fixture("2.14", "conjugated.pt"), weights_only: true);

        var state = loaded.state_dict();

        Assert.All(state.Values, tensor => Assert.False(tensor.is_conj()));
        Assert.Equal(Bits.Of(state["plain"].conj_physical()), Bits.Of(state["conj"]));
        Assert.Equal(Bits.Of(state["conj"].t()), Bits.Of(state["transposed"]));
        Assert.Equal([1, 4], state["transposed"].stride());
        Assert.IsType<Parameter>(state["parameter"]);
    }
}
