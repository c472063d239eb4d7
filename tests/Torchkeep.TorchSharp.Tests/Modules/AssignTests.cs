using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Modules;

/// <summary>load_state_dict with assign: the module takes the tensors.</summary>
public class AssignTests
{
    private static readonly Dictionary<string, (Func<Module> Make, Func<Module, Tensor> Run)> _managed = new()
    {
        ["Linear"] = (() => Linear(4, 3), Run(2, 4)),
        ["Bilinear"] = (() => Bilinear(4, 4, 3), module => ((Bilinear)module).forward(Input(module, 2, 4), Input(module, 2, 4))),
        ["Conv1d"] = (() => Conv1d(4, 3, 1), Run(2, 4, 5)),
        ["Conv2d"] = (() => Conv2d(4, 3, 1), Run(2, 4, 5, 5)),
        ["Conv3d"] = (() => Conv3d(4, 3, 1), Run(2, 4, 5, 5, 5)),
        ["ConvTranspose1d"] = (() => ConvTranspose1d(4, 3, 1), Run(2, 4, 5)),
        ["ConvTranspose2d"] = (() => ConvTranspose2d(4, 3, 1), Run(2, 4, 5, 5)),
        ["ConvTranspose3d"] = (() => ConvTranspose3d(4, 3, 1), Run(2, 4, 5, 5, 5)),
        ["BatchNorm1d"] = (() => BatchNorm1d(4), Run(2, 4)),
        ["BatchNorm2d"] = (() => BatchNorm2d(4), Run(2, 4, 5, 5)),
        ["InstanceNorm1d"] = (() => InstanceNorm1d(4, affine: true, track_running_stats: true), Run(2, 4, 5)),
        ["GroupNorm"] = (() => GroupNorm(2, 4), Run(2, 4, 5)),
        ["LayerNorm"] = (() => LayerNorm(4), Run(2, 4)),
        ["PReLU"] = (() => PReLU(1), Run(2, 4)),
        ["Sequential"] = (() => Sequential(Linear(4, 4), BatchNorm1d(4), Linear(4, 1)), Run(2, 4)),
    };

    private static readonly Dictionary<string, (Func<Module> Make, Func<Module, Tensor> Run)> _native = new()
    {
        ["Embedding"] = (() => Embedding(5, 3), module => ((Embedding)module).forward(tensor(new long[] { 1, 4 }))),
        ["EmbeddingBag"] = (() => EmbeddingBag(5, 3), module => ((EmbeddingBag)module).forward(tensor(new long[,] { { 1, 4 } }), null, null)),
        ["RNN"] = (() => RNN(4, 3), module => ((RNN)module).forward(ones(2, 1, 4), null).Item1),
        ["GRU"] = (() => GRU(4, 3), module => ((GRU)module).forward(ones(2, 1, 4)).Item1),
        ["LSTM"] = (() => LSTM(4, 3, numLayers: 2), module => ((LSTM)module).forward(ones(2, 1, 4)).Item1),
        ["RNNCell"] = (() => RNNCell(4, 3), module => ((RNNCell)module).forward(ones(1, 4))),
        ["GRUCell"] = (() => GRUCell(4, 3), module => ((GRUCell)module).forward(ones(1, 4))),
        ["LSTMCell"] = (() => LSTMCell(4, 3), module => ((LSTMCell)module).forward(ones(1, 4), (zeros(1, 3), zeros(1, 3))).Item1),
        ["MultiheadAttention"] = (() => MultiheadAttention(4, 2), module => ((MultiheadAttention)module).forward(ones(2, 1, 4), ones(2, 1, 4), ones(2, 1, 4), null, true, null).Item1),
        ["TransformerEncoderLayer"] = (() => TransformerEncoderLayer(4, 2), module => ((TransformerEncoderLayer)module).call(ones(2, 1, 4))),
        ["Transformer"] = (() => Transformer(4, 2, 1, 1), module => ((Transformer)module).call(ones(2, 1, 4), ones(2, 1, 4))),
    };

    public static TheoryData<string> Managed => [.. _managed.Keys];

    public static TheoryData<string> NativeLayers => [.. _native.Keys];

    public static TheoryData<string> All => [.. _managed.Keys, .. _native.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void TensorsOfTheSameTypeReachEveryLayer(string layer)
    {
        var (make, run) = Layer(layer);
        var (saved, model) = (make(), make());
        saved.eval();
        model.eval();

        model.load_state_dict(InMemory.Reload(saved.state_dict(keep_vars: false)), assign: true);

        Assert.Equal(Bits.Of(saved), Bits.Of(model));
        Assert.Equal(Bits.Of(run(saved)), Bits.Of(run(model)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void AnOptimizerGoesOnAfterTensorsOfTheSameType(string layer)
    {
        var (make, run) = Layer(layer);
        var model = make();
        var optimizer = optim.SGD(model.parameters(), 0.5);
        model.load_state_dict(InMemory.Reload(make().state_dict(keep_vars: false)), assign: true);
        var before = Bits.Of(model);

        // A norm's output of ones does not depend on its weight.
        (run(model) * rand_like(run(model))).sum().backward();
        optimizer.step();

        Assert.NotEqual(before, Bits.Of(model));
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void TensorsOfAnotherTypeReachLayersOfTorchSharp(string layer)
    {
        var (make, run) = Layer(layer);
        var (saved, model) = (make().to(float64), make());
        saved.eval();
        model.eval();
        var objects = model.parameters().ToList();

        model.load_state_dict(InMemory.Reload(saved.state_dict(keep_vars: false)), assign: true);

        Assert.Equal(Bits.Of(saved), Bits.Of(model));
        Assert.True(objects.SequenceEqual(model.parameters(), ReferenceEqualityComparer.Instance));
        Assert.All(model.parameters(), parameter => Assert.Equal((float64, true, true), (parameter.dtype, parameter.requires_grad, parameter.is_leaf)));
        Assert.Equal(Bits.Of(run(saved)), Bits.Of(run(model)));
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void LayersOfAnotherTypeAreTrainedByANewOptimizer(string layer)
    {
        var (make, run) = Layer(layer);
        var model = make();
        model.load_state_dict(InMemory.Reload(make().to(float64).state_dict(keep_vars: false)), assign: true);
        var before = Bits.Of(model);

        var optimizer = optim.SGD(model.parameters(), 0.5);
        (run(model) * rand_like(run(model))).sum().backward();
        optimizer.step();

        Assert.NotEqual(before, Bits.Of(model));
    }

    [Theory]
    [MemberData(nameof(NativeLayers))]
    public void TensorsOfAnotherTypeAreRefusedByLayersInNativeCode(string layer)
    {
        var (make, run) = Layer(layer);
        var model = make();
        var before = Bits.Of(model);

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(InMemory.Reload(make().to(float64).state_dict(keep_vars: false)), assign: true));

        Assert.Contains("native code", error.Message, StringComparison.Ordinal);
        Assert.Contains("convert the module with to() first or load without assign", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Bits.Of(model));
        run(model).Dispose();
    }

    [Theory]
    [MemberData(nameof(NativeLayers))]
    public void AnotherTypeIsConvertedForLayersInNativeCodeWithoutAssign(string layer)
    {
        var (make, run) = Layer(layer);
        var (saved, model) = (make(), make());
        saved.eval();
        model.eval();
        var expected = Bits.Of(run(saved));

        model.load_state_dict(InMemory.Reload(saved.to(float64).state_dict(keep_vars: false)));

        Assert.Equal(expected, Bits.Of(run(model)));
    }

    [Fact]
    public void AModuleOfTheMetaDeviceComesToLife()
    {
        var saved = Sequential(Linear(4, 3), ReLU(), Linear(3, 2));
        var model = Sequential(Linear(4, 3, device: META), ReLU(), Linear(3, 2, device: META));

        model.load_state_dict(InMemory.Reload(saved.state_dict(keep_vars: false)), assign: true);

        Assert.Equal(Bits.Of(saved), Bits.Of(model));
        Assert.Equal(Bits.Of(saved.forward(ones(1, 4))), Bits.Of(model.forward(ones(1, 4))));
    }

    [Fact]
    public void TensorsInMemoryAreSharedNotCopied()
    {
        var model = Linear(2, 1);
        StateDict state = new() { ["weight"] = zeros(1, 2), ["bias"] = zeros(1) };

        model.load_state_dict(state, assign: true);
        state["weight"].fill_(7);

        Assert.Equal([7f, 7f], model.weight.data<float>().ToArray());
        Assert.False(state["weight"].requires_grad);
    }

    [Fact]
    public void TiedTensorsOfTheFileAreTiedInTheModule()
    {
        var weight = ones(2, 2);
        var model = Sequential(Linear(2, 2, hasBias: false), Linear(2, 2, hasBias: false));

        model.load_state_dict(InMemory.Reload(new StateDict { ["0.weight"] = weight, ["1.weight"] = weight }), assign: true);

        var parameters = model.parameters().ToList();
        Assert.Equal(Native.Data(parameters[0]), Native.Data(parameters[1]));
    }

    [Fact]
    public void RequiresGradStaysTheModules()
    {
        var model = Linear(2, 1);
        model.weight.requires_grad = false;

        model.load_state_dict(InMemory.Reload(Linear(2, 1).to(float64).state_dict(keep_vars: true)), assign: true);

        Assert.Equal((false, true), (model.weight.requires_grad, model.bias!.requires_grad));
    }

    [Fact]
    public void ATypeWithoutGradientsIsRefusedForWhatIsTrained()
    {
        var model = Linear(2, 1, hasBias: false);
        StateDict state = new() { ["weight"] = ones(1, 2, dtype: int64) };

        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(InMemory.Reload(state), assign: true));
        model.weight.requires_grad = false;
        model.load_state_dict(InMemory.Reload(state), assign: true);

        Assert.Contains("Only Tensors of floating point and complex dtype can require gradients", error.Message, StringComparison.Ordinal);
        Assert.Equal(int64, model.weight.dtype);
    }

    [Fact]
    public void TheCallersMetadataStaysAsItIs()
    {
        var state = Linear(2, 1).state_dict(keep_vars: false);

        Linear(2, 1).load_state_dict(state, assign: true);

        // PyTorch leaves a mark there that makes later loads assign too.
        Assert.Equal(["version"], ((PyDict)state.metadata![""]).Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void MapLocationSaysWhereTheTensorsAre()
    {
        var model = Linear(2, 1);

        model.load_state_dict(InMemory.Load(InMemory.Save(Linear(2, 1).state_dict(keep_vars: false)), "meta"), assign: true);

        Assert.All(model.parameters(), parameter => Assert.True(parameter.is_meta));
    }

    private static (Func<Module> Make, Func<Module, Tensor> Run) Layer(string name) => _managed.TryGetValue(name, out var layer) ? layer : _native[name];

    private static Func<Module, Tensor> Run(params long[] shape) => module => ((Module<Tensor, Tensor>)module).forward(Input(module, shape));

    private static Tensor Input(Module module, params long[] shape) =>
        arange(shape.Aggregate((left, right) => left * right), dtype: module.parameters().First().dtype).reshape(shape).sub(3).sin();
}
