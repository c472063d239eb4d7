using System.IO.Compression;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Modules;

/// <summary>Loads that fail: each says what is wrong, and leaves every bit of the module.</summary>
public sealed class FailedLoadTests : IDisposable
{
    private const float Mark = 12345.678f;

    private readonly TemporaryFolder _folder = new();
    private readonly Sequential _model = Nets.Small().Randomized();
    private readonly Dictionary<string, string> _before;

    public FailedLoadTests() => _before = Bits.Of(_model);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EverythingThatIsWrongIsListedInPyTorchsWords()
    {
        var state = Other();
        state.Remove("first.weight");
        state.Remove("norm.bias");
        state["foo"] = ones(1);
        state["last.weight"] = ones(3, 5);
        state["last.bias"] = ones(1);

        var error = Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(state)));

        Assert.Equal(
            "Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: \"first.weight\", \"norm.bias\". "
            + "\n\tUnexpected key(s) in state_dict: \"foo\". "
            + "\n\tsize mismatch for last.weight: copying a param with shape torch.Size([3, 5]) from checkpoint, the shape in current model is torch.Size([2, 4])."
            + "\n\tsize mismatch for last.bias: copying a param with shape torch.Size([1]) from checkpoint, the shape in current model is torch.Size([2]).",
            error.Message);
        Assert.Equal(["first.weight", "norm.bias"], error.Keys.missing_keys);
        Assert.Equal(["foo"], error.Keys.unexpected_keys);
    }

    [Fact]
    public void WithoutStrictAWrongShapeIsStillAnError()
    {
        var state = Other();
        state.Remove("first.weight");
        state["last.bias"] = ones(3);

        var error = Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(state), strict: false));

        Assert.StartsWith("Error(s) in loading state_dict for Sequential:\n\tsize mismatch for last.bias", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new long[] { 1, 3 })]
    [InlineData(new long[] { 4, 1 })]
    [InlineData(new long[] { 3, 4 })]
    [InlineData(new long[] { 12 })]
    [InlineData(new long[] { 1, 4, 3 })]
    [InlineData(new long[] { 2, 3 })]
    [InlineData(new long[] { 5, 3 })]
    [InlineData(new long[] { })]
    public void AShapeThatCouldBeBroadcastOrRegroupedIsRefused(long[] shape)
    {
        var state = Other();
        state["first.weight"] = ones(shape);

        Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(state)));
        Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(state), strict: false, assign: true));
        Fails<StateDictException>(() => _model.load_state_dict(state));
        Fails<StateDictException>(() => _model.load_state_dict(state, assign: true));
        Fails<StateDictException>(() => _model.load_state_dict(new Dictionary<string, Tensor>(state), assign: false));
    }

    [Fact]
    public void A0DimTensorInTheFileDoesNotFitOneElement()
    {
        var model = PReLU(1);

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(InMemory.Reload(new StateDict { ["weight"] = tensor(1f) })));

        Assert.Contains("torch.Size([]) from checkpoint, the shape in current model is torch.Size([1])", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEntryThatIsNoTensorIsNamed()
    {
        var entries = Other().ToDictionary(entry => entry.Key, entry => (object)entry.Value);
        entries["norm.bias"] = new List<float> { 1, 2 };
        entries["last.bias"] = "text";

        var error = Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(entries)));

        Assert.Contains(
            "\n\tWhile copying the parameter named \"norm.bias\", expected torch.Tensor or Tensor-like object from checkpoint but received <class 'list'>"
            + "\n\tWhile copying the parameter named \"last.bias\", expected torch.Tensor or Tensor-like object from checkpoint but received <class 'str'>",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AQuantizedTensorInTheFileIsNamed()
    {
        using var quantized = torch.load(Repository.Fixture("2.14", "quantized.pt"), weights_only: true);
        var entries = Other().ToDictionary(entry => entry.Key, entry => (object)entry.Value);
        entries["last.bias"] = quantized["qint8"].value;

        var error = Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(entries)));

        Assert.Contains("\"last.bias\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("PyQuantizedTensor", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quantized")]
    [InlineData("sparse")]
    [InlineData("meta")]
    public void ATensorInMemoryThatCannotBeCopiedIsNamed(string kind)
    {
        var state = Other();
        state["last.bias"] = kind switch
        {
            "quantized" => quantize_per_tensor(ones(2), 0.1, 0, ScalarType.QInt8),
            "sparse" => ones(2).to_sparse(),
            _ => empty([2], device: META),
        };

        foreach (var assign in new[] { false, true })
        {
            var error = Fails<StateDictException>(() => _model.load_state_dict(state, assign: assign));
            Assert.Contains("While copying the parameter named \"last.bias\"", error.Message, StringComparison.Ordinal);
            Assert.Contains(kind, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ADisposedTensorIsRefused()
    {
        var state = Other();
        state["last.bias"] = ones(2);
        state["last.bias"].Dispose();

        Fails<InvalidOperationException>(() => _model.load_state_dict(state));
    }

    [Fact]
    public void AMetaTensorInTheFileIsNamedInPyTorchsWords()
    {
        var entries = Other().ToDictionary(entry => entry.Key, entry => (object)entry.Value);
        entries["last.bias"] = new TensorView(new(new ArrayByteSource(new byte[8]), "meta"), ElementType.Float32, [2]);

        foreach (var assign in new[] { false, true })
        {
            var error = Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(entries), assign: assign));
            Assert.Contains(
                "While copying the parameter named \"last.bias\", whose dimensions in the model are torch.Size([2]) and whose dimensions in the "
                + "checkpoint are torch.Size([2]), an exception occurred : ('Cannot copy out of meta tensor; no data!',).",
                error.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AMetaModuleIsRefusedRatherThanLeftEmpty()
    {
        var model = Linear(2, 2, device: META);

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(InMemory.Reload(Linear(2, 2).state_dict(keep_vars: false))));

        Assert.Contains("assign: true", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ElementType.Bits8)]
    [InlineData(ElementType.Float4E2M1FnX2)]
    [InlineData(ElementType.BComplex32)]
    public void ATypeThatIsNotConvertedIsNamed(ElementType type)
    {
        var entries = Other().ToDictionary(entry => entry.Key, entry => (object)entry.Value);
        entries["last.bias"] = new TensorView(new(new ArrayByteSource(new byte[8])), type, [2]);

        var error = Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(entries)));

        Assert.Contains("While copying the parameter named \"last.bias\"", error.Message, StringComparison.Ordinal);
        Assert.Contains(type == ElementType.BComplex32 ? "torch.bcomplex32" : "not implemented", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorWhoseElementsAreOneInMemoryIsNotFilled()
    {
        var model = new Expanded();

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(InMemory.Reload(new StateDict { ["first"] = zeros(1), ["last"] = zeros(3) })));

        Assert.Contains("more than one element of the written-to tensor refers to a single memory location", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, model.first.item<float>());
    }

    [Fact]
    public void AModuleMadeInInferenceModeIsNotHalfLoaded()
    {
        var first = new Parameter(ones(1));
        Module model;
        using (inference_mode(true))
        {
            model = new Two(first, new Parameter(ones(3), requires_grad: false));
        }

        Assert.ThrowsAny<Exception>(() => model.load_state_dict(InMemory.Reload(new StateDict { ["first"] = zeros(1), ["last"] = zeros(3) })));

        Assert.Equal(1, first.item<float>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AWrongChecksumInTheLastTensorIsFoundFirst(bool assign)
    {
        var file = InMemory.Save(Other());
        file[file.AsSpan().LastIndexOf(BitConverter.GetBytes(Mark))] ^= 1;

        var error = Fails<InvalidCheckpointException>(() => _model.load_state_dict(InMemory.Load(file), assign: assign));

        Assert.Contains("CRC", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("/8", error.Record, StringComparison.Ordinal);
    }

    [Fact]
    public void ATruncatedFileIsRefused()
    {
        var file = InMemory.Save(Other());
        foreach (var length in new[] { 0, 10, file.Length / 2, file.Length - 1 })
        {
            Fails<InvalidCheckpointException>(() => _model.load_state_dict(InMemory.Load(file[..length])));
        }
    }

    [Fact]
    public void AStreamThatIsCutWhileItIsOpenIsRefused()
    {
        var stream = new MemoryStream();
        torch.save(Other(), stream);
        stream.Position = 0;
        using var loaded = torch.load(stream);

        stream.SetLength(stream.Length / 2);

        Fails<InvalidCheckpointException>(() => _model.load_state_dict(loaded));
    }

    [Fact]
    public void AMissingRecordIsRefused()
    {
        var stream = new MemoryStream();
        stream.Write(InMemory.Save(Other()));
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            zip.Entries.Single(entry => entry.FullName.EndsWith("/data/8", StringComparison.Ordinal)).Delete();
        }

        var error = Fails<InvalidCheckpointException>(() => _model.load_state_dict(InMemory.Load(stream.ToArray())));

        Assert.Contains("data/8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AClosedCheckpointIsRefused()
    {
        var loaded = InMemory.Reload(Other());
        loaded.Dispose();

        Fails<ObjectDisposedException>(() => _model.load_state_dict(loaded));
        Fails<ObjectDisposedException>(() => _model.load_state_dict(loaded, assign: true));
    }

    [Fact]
    public void ACheckpointThatIsClosedAfterALoadIsRefused()
    {
        var loaded = InMemory.Reload(Other());
        Nets.Small().load_state_dict(loaded);
        loaded.Dispose();

        Fails<ObjectDisposedException>(() => _model.load_state_dict(loaded));
    }

    [Fact]
    public void WhatIsNoDictionaryIsNamed()
    {
        Assert.Equal(
            "Expected state_dict to be dict-like, got <class 'list'>.",
            Fails<ArgumentException>(() => _model.load_state_dict(InMemory.Reload(new List<int>()))).Message);
        Assert.Equal(
            "Expected state_dict to be dict-like, got <class 'torch.Tensor'>.",
            Fails<ArgumentException>(() => _model.load_state_dict(InMemory.Reload((object)ones(2)))).Message);
        Assert.Equal(
            "Expected the keys of a state_dict to be str, got 5.",
            Fails<ArgumentException>(() => _model.load_state_dict(InMemory.Reload(new Dictionary<int, Tensor> { [5] = ones(2) }))).Message);
    }

    [Fact]
    public void AWholeModuleInTheFileIsTakenForItsStateDict()
    {
        using var loaded = torch.load(Repository.Fixture("2.14", "whole_module.pt"), weights_only: true);

        var error = Fails<StateDictException>(() => _model.load_state_dict(loaded));

        Assert.Equal(loaded.state_dict().Keys.Except(Nets.SmallKeys), error.Keys.unexpected_keys);
    }

    [Fact]
    public void AGeneralCheckpointIsNotTakenForAStateDict()
    {
        var error = Fails<StateDictException>(() => _model.load_state_dict(InMemory.Reload(new Dictionary<string, object> { ["epoch"] = 3, ["model"] = Other() })));

        Assert.Contains("Unexpected key(s) in state_dict: \"epoch\", \"model\". ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APrefixThatTheModuleHasNotIsNamed()
    {
        var wrapped = _model.state_dict(keep_vars: false, prefix: "module.");

        var error = Fails<StateDictException>(() => _model.load_state_dict(wrapped));

        // Without a version of its own a BatchNorm may lack its count.
        Assert.Equal(Nets.SmallKeys.Where(key => key != "norm.num_batches_tracked"), error.Keys.missing_keys);
        Assert.Equal(Nets.SmallKeys.Select(key => $"module.{key}"), error.Keys.unexpected_keys);
    }

    [Fact]
    public void RunningStatisticsOfAnInstanceNormWithoutAreRefusedInPyTorchsWords()
    {
        var state = InstanceNorm1d(2, affine: true, track_running_stats: true).state_dict(keep_vars: false);
        state.metadata = null;

        var error = Assert.Throws<StateDictException>(() => InstanceNorm1d(2, affine: true).load_state_dict(InMemory.Reload(state), strict: false));

        Assert.Contains(
            "Unexpected running stats buffer(s) \"running_mean\" and \"running_var\" for InstanceNorm1d with track_running_stats=False. If state_dict is a "
            + "checkpoint saved before 0.4.0, this may be expected because InstanceNorm1d does not track running stats by default since 0.4.0. Please "
            + "remove these keys from state_dict. If the running stats are actually needed, instead set track_running_stats=True in InstanceNorm1d to "
            + "enable them. See the documentation of InstanceNorm1d for details.",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NothingToLoadIsRefused()
    {
        Assert.Throws<ArgumentNullException>(() => _model.load_state_dict((StateDict)null!));
        Assert.Throws<ArgumentNullException>(() => _model.load_state_dict((LoadedCheckpoint)null!));
        Assert.Throws<ArgumentNullException>(() => _model.load_state_dict((string)null!));
        Assert.Throws<FileNotFoundException>(() => _model.load_state_dict(_folder["no-such-file.pt"]));
    }

    // As the model, with other values everywhere and a mark in the last tensor.
    private static StateDict Other()
    {
        var state = Nets.Small().state_dict(keep_vars: false);
        state["last.bias"].fill_(Mark);
        return state;
    }

    private T Fails<T>(Action load)
        where T : Exception
    {
        var error = Assert.Throws<T>(load);
        Assert.Equal(_before, Bits.Of(_model));
        return error;
    }

    private sealed class Expanded : Module
    {
        public readonly Tensor first = ones(1);
        public readonly Tensor last = ones(1).expand(3);

        public Expanded()
            : base(nameof(Expanded)) => RegisterComponents();
    }

    private sealed class Two : Module
    {
        public readonly Parameter first;
        public readonly Parameter last;

        public Two(Parameter first, Parameter last)
            : base(nameof(Two))
        {
            (this.first, this.last) = (first, last);
            RegisterComponents();
        }
    }
}
