using Torchkeep.TorchSharp.Tests.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Modules;

/// <summary>Loads that succeed.</summary>
public sealed class LoadStateDictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Sequential _saved = Nets.Small().Randomized();
    private readonly Sequential _model = Nets.Small();

    public LoadStateDictTests() => torch.save(_saved.state_dict(keep_vars: false), _folder["model.pt"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EverythingIsCopied()
    {
        var keys = _model.load_state_dict(_folder["model.pt"]);

        Assert.Equal("<All keys matched successfully>", keys.ToString());
        Assert.Equal(Bits.Of(_saved), Bits.Of(_model));
    }

    [Fact]
    public void APartOfACheckpointIsLoaded()
    {
        torch.save(new Dictionary<string, object> { ["epoch"] = 1, ["model"] = _saved.state_dict(keep_vars: false) }, _folder["training.tar"]);
        using var checkpoint = torch.load(_folder["training.tar"], weights_only: true);

        _model.load_state_dict(checkpoint["model"]);

        Assert.Equal(Bits.Of(_saved), Bits.Of(_model));
    }

    [Fact]
    public void OneCheckpointFillsSeveralModules()
    {
        using var checkpoint = torch.load(_folder["model.pt"], weights_only: true);
        var other = Nets.Small();

        _model.load_state_dict(checkpoint);
        other.load_state_dict(checkpoint);

        Assert.Equal(Bits.Of(_saved), Bits.Of(_model));
        Assert.Equal(Bits.Of(_saved), Bits.Of(other));
    }

    [Fact]
    public void TheFileMayBeReplacedBetweenOpeningAndLoading()
    {
        using var checkpoint = torch.load(_folder["model.pt"], weights_only: true);
        torch.save(Nets.Small().state_dict(keep_vars: false), _folder["model.pt"]);

        _model.load_state_dict(checkpoint);

        Assert.Equal(Bits.Of(_saved), Bits.Of(_model));
    }

    [Fact]
    public void AModuleIsSavedOverTheFileThatItIsLoadedFrom()
    {
        using var checkpoint = torch.load(_folder["model.pt"], weights_only: true);
        _model.load_state_dict(checkpoint);

        torch.save(_model.state_dict(keep_vars: false), _folder["model.pt"]);

        Nets.Small().load_state_dict(_folder["model.pt"]);
        Nets.Small().load_state_dict(checkpoint);
    }

    [Fact]
    public void TheKeysOrderInTheFileDoesNotMatter()
    {
        _model.load_state_dict(InMemory.Reload(_saved.state_dict()));

        Assert.Equal(Bits.Of(_saved), Bits.Of(_model));
    }

    [Fact]
    public void WithoutStrictWhatFitsIsLoadedAndTheRestIsNamed()
    {
        var state = _saved.state_dict(keep_vars: false);
        state.Remove("norm.running_var");
        state.Remove("last.bias");
        state["head.weight"] = ones(1);
        state["first.weight.more"] = ones(1);
        state["extra"] = ones(1);

        var keys = _model.load_state_dict(InMemory.Reload(state), strict: false);

        Assert.Equal(["norm.running_var", "last.bias"], keys.missing_keys);
        Assert.Equal(["head.weight", "extra", "first.weight.more"], keys.unexpected_keys);
        Assert.Equal(
            "_IncompatibleKeys(missing_keys=['norm.running_var', 'last.bias'], unexpected_keys=['head.weight', 'extra', 'first.weight.more'])",
            keys.ToString());
        Assert.Equal(Bits.Of(_saved.parameters().First()), Bits.Of(_model.parameters().First()));
    }

    [Fact]
    public void RequiresGradStaysTheModules()
    {
        _model.parameters().First().requires_grad = false;

        _model.load_state_dict(_folder["model.pt"]);

        Assert.Equal([false, true, true, true, true, true], _model.parameters().Select(parameter => parameter.requires_grad));
        Assert.All(_model.parameters(), parameter => Assert.True(parameter.is_leaf));
    }

    [Fact]
    public void ParametersStayTheSameObjectsInTheSameMemory()
    {
        var before = _model.parameters().Select(parameter => (parameter, parameter.Handle, Native.Data(parameter))).ToList();

        _model.load_state_dict(_folder["model.pt"]);

        Assert.Equal(before, _model.parameters().Select(parameter => (parameter, parameter.Handle, Native.Data(parameter))));
    }

    [Fact]
    public void AnOptimizerGoesOnWithItsState()
    {
        var (model, twin) = (Linear(3, 1), Linear(3, 1));
        var (optimizer, twins) = (optim.Adam(model.parameters()), optim.Adam(twin.parameters()));
        twin.load_state_dict(model.state_dict(keep_vars: false));
        var saved = InMemory.Reload(model.state_dict(keep_vars: false));
        Step(model, optimizer);
        Step(twin, twins);

        model.load_state_dict(saved);
        twin.load_state_dict(saved.state_dict());
        Step(model, optimizer);
        Step(twin, twins);

        Assert.Equal(Bits.Of(twin), Bits.Of(model));
        using var first = saved["weight"].tensor();
        Assert.NotEqual(Bits.Of(first), Bits.Of(model.weight));
    }

    [Fact]
    public void ABackwardPassThatWaitsNoticesTheLoad()
    {
        var model = Linear(2, 1, hasBias: false);
        var saved = InMemory.Reload(model.state_dict(keep_vars: false));
        var waiting = (model.weight * model.weight).sum();

        model.load_state_dict(saved);

        var error = Assert.ThrowsAny<Exception>(() => waiting.backward());
        Assert.Contains("modified by an inplace operation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadingDoesNotJoinTheGraph()
    {
        var model = Linear(2, 1, hasBias: false);

        model.load_state_dict(new StateDict { ["weight"] = ones(1, 2, requires_grad: true) * 2 });

        Assert.True(model.weight.is_leaf);
        model.weight.sum().backward();
        Assert.Equal([1f, 1f], model.weight.grad!.data<float>().ToArray());
    }

    [Theory]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Int64)]
    [InlineData(ElementType.UInt16)]
    [InlineData(ElementType.Bool)]
    [InlineData(ElementType.Float8E4M3Fn)]
    public void AnotherElementTypeIsConvertedToTheModules(ElementType type)
    {
        var values = tensor(new[,] { { 0f, 1f }, { 2f, 3f } }).to(ElementTypeMap.ToScalar(type));
        var model = Linear(2, 2, hasBias: false);

        model.load_state_dict(InMemory.Reload(new StateDict { ["weight"] = values }));

        Assert.Equal(float32, model.weight.dtype);
        Assert.Equal(Bits.Of(values.to(float32)), Bits.Of(model.weight));
    }

    [Fact]
    public void AFileOfFloatsIsRoundedIntoHalves()
    {
        var model = Linear(2, 2, hasBias: false).to(bfloat16);
        var values = tensor(new[,] { { 0.1f, 1 / 3f }, { 1e30f, -1e-30f } });

        model.load_state_dict(InMemory.Reload(new StateDict { ["weight"] = values }));

        Assert.Equal(Bits.Of(values.to(bfloat16)), Bits.Of(model.weight));
    }

    [Theory]
    [MemberData(nameof(ElementTypeMapTests.Mapped), MemberType = typeof(ElementTypeMapTests))]
    public void EveryTypeIsCopiedBitForBit(ElementType type)
    {
        var values = empty([3, 4], ElementTypeMap.ToScalar(type));
        new Random(8).NextBytes(values.bytes);
        if (type == ElementType.Bool)
        {
            values.bytes.Fill(1);
        }

        using var loaded = InMemory.Reload(new StateDict { ["value"] = values });
        var (straight, turned) = (new OneBuffer(empty_like(values)), new OneBuffer(empty([4, 3], values.dtype).t()));
        straight.load_state_dict(loaded);
        turned.load_state_dict(loaded);

        Assert.Equal(values.bytes, straight.value.bytes);
        Assert.Equal(Bits.Of(values), Bits.Of(turned.value));
    }

    [Fact]
    public void EveryLayoutOfTheFileAndOfTheModuleIsCopied()
    {
        var values = arange(24, dtype: float32);
        Tensor[] sources =
        [
            values.reshape(4, 6), values.reshape(6, 4).t(), values.reshape(4, 6).flip(0), values[..6].expand(4, 6),
            arange(48, dtype: float32).reshape(4, 12)[.., TensorIndex.Slice(0, 12, 2)], values.reshape(4, 6).to(float64),
            torch.complex(values, values).conj().imag.reshape(4, 6),
        ];
        Func<Tensor>[] targets =
        [
            () => zeros(4, 6), () => zeros(6, 4).t(), () => zeros(4, 12)[.., TensorIndex.Slice(0, 12, 2)], () => zeros(5, 7)[1.., 1..],
            () => torch.complex(zeros(4, 6), zeros(4, 6)).conj().imag, () => zeros(4, 6, dtype: float64),
        ];

        foreach (var source in sources)
        {
            foreach (var target in targets)
            {
                var model = new OneBuffer(target());
                model.load_state_dict(InMemory.Reload(new StateDict { ["value"] = source }));
                Assert.Equal(Bits.Of(source.to(model.value.dtype)), Bits.Of(model.value));
                model = new(target());
                model.load_state_dict(new StateDict { ["value"] = source });
                Assert.Equal(Bits.Of(source.to(model.value.dtype)), Bits.Of(model.value));
            }
        }
    }

    [Fact]
    public void AViewThatIsFilledLeavesItsNeighboursAlone()
    {
        var whole = zeros(5, 7);
        var model = new OneBuffer(whole[1..4, 1..6]);

        model.load_state_dict(InMemory.Reload(new StateDict { ["value"] = ones(3, 5) }));

        Assert.Equal(15, whole.sum().item<float>());
    }

    [Fact]
    public void ALazyConjugateIsFilledWithWhatTheFileMeans()
    {
        var values = torch.complex(arange(4, dtype: float32), ones(4));
        var model = new OneBuffer(torch.complex(zeros(4), zeros(4)).conj());

        model.load_state_dict(InMemory.Reload(new StateDict { ["value"] = values }));

        Assert.Equal(Bits.Of(values), Bits.Of(model.value));
    }

    [Fact]
    public void AScalarOfPyTorch03GoesIntoA0DimTensor()
    {
        var model = new OneBuffer(tensor(0f));

        model.load_state_dict(InMemory.Reload(new StateDict { ["value"] = tensor(new[] { 5f }) }));
        Assert.Equal(5, model.value.item<float>());
        model.load_state_dict(new StateDict { ["value"] = tensor(new[] { 6f }) });
        Assert.Equal(6, model.value.item<float>());
        model.load_state_dict(InMemory.Reload(new StateDict { ["value"] = tensor(new[] { 7f }) }), assign: true);
        Assert.Equal((7, 0), (model.value.item<float>(), model.value.dim()));
    }

    [Fact]
    public void AnEmptyTensorIsLoaded()
    {
        var model = new OneBuffer(empty(0, 3));

        Assert.Empty(model.load_state_dict(InMemory.Reload(new StateDict { ["value"] = empty(0, 3) })).missing_keys);
    }

    [Fact]
    public void TiedNamesAreLoadedInOrderSoThatTheLastWins()
    {
        var model = new Tied();

        model.load_state_dict(InMemory.Reload(new StateDict { ["first"] = ones(1), ["second"] = zeros(1) }));

        Assert.Equal(0, model.first.item<float>());
    }

    [Fact]
    public void BatchNormBeforeItsSecondVersionKeepsTheModulesCount()
    {
        var model = BatchNorm1d(2);
        model.num_batches_tracked!.fill_(9);
        var state = BatchNorm1d(2).state_dict(keep_vars: false);
        state.Remove("num_batches_tracked");

        foreach (var metadata in new PyDict?[] { null, [], new() { [""] = new PyDict() }, new() { [""] = new PyDict { ["version"] = 1 } } })
        {
            state.metadata = metadata;
            Assert.Empty(model.load_state_dict(InMemory.Reload(state)).missing_keys);
        }

        Assert.Equal(9, model.num_batches_tracked!.item<long>());
        state.metadata = new() { [""] = new PyDict { ["version"] = 2 } };
        Assert.Equal(["num_batches_tracked"], model.load_state_dict(InMemory.Reload(state), strict: false).missing_keys);
    }

    [Fact]
    public void ListsOfModulesAreLoadedAsRoots()
    {
        var saved = ModuleList(Linear(1, 2), Linear(2, 3));
        var list = ModuleList(Linear(1, 2), Linear(2, 3));

        list.load_state_dict(InMemory.Reload(saved.state_dict(keep_vars: false)));

        Assert.Equal(saved.Select(module => Bits.Of(module)), list.Select(module => Bits.Of(module)));
    }

    [Fact]
    public void ConvertingReadsInPiecesSoThatNoSecondCopyIsHeld()
    {
        const int Piece = 8 << 20;
        var model = Linear(2048, 4096, hasBias: false);
        var file = InMemory.Save(new StateDict { ["weight"] = rand(4096, 2048, dtype: float64) });
        using var counted = new CountingByteSource(new ArrayByteSource(file));
        using var loaded = new LoadedCheckpoint(Checkpoint.Open(counted, new() { VerifyChecksums = false }), default);
        counted.Reads.Clear();

        model.load_state_dict(loaded);

        Assert.InRange(counted.Reads.Max(), 1, Piece);
        Assert.InRange(counted.Reads.Sum(length => (long)length), 64 << 20, (64 << 20) + 1000);
    }

    [Fact]
    public void EveryByteIsReadTwiceAtMost()
    {
        var model = Linear(1024, 1024, hasBias: false);
        var file = InMemory.Save(model.state_dict(keep_vars: false));
        using var counted = new CountingByteSource(new ArrayByteSource(file));
        using var loaded = new LoadedCheckpoint(Checkpoint.Open(counted), default);
        counted.Reads.Clear();

        model.load_state_dict(loaded);

        Assert.InRange(counted.Reads.Sum(length => (long)length), 1, (8 << 20) + 1000);
    }

    private static void Step(Linear model, optim.Optimizer optimizer)
    {
        optimizer.zero_grad();
        model.forward(ones(1, 3)).sum().backward();
        optimizer.step();
    }

    private sealed class OneBuffer : Module
    {
        public readonly Tensor value;

        public OneBuffer(Tensor value)
            : base(nameof(OneBuffer))
        {
            this.value = value;
            RegisterComponents();
        }
    }

    private sealed class Tied : Module
    {
        public readonly Parameter first = new(ones(1));
        public readonly Parameter second;

        public Tied()
            : base(nameof(Tied))
        {
            second = first;
            RegisterComponents();
        }
    }
}
