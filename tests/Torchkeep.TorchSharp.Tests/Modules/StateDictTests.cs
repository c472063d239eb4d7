using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Modules;

/// <summary>What state_dict(keep_vars:) lists of modules of every build, as PyTorch would of the same.</summary>
public class StateDictTests
{
    [Fact]
    public void TensorsComeModuleByModuleAsInPyTorch() =>
        Assert.Equal(Nets.SmallKeys, Nets.Small().state_dict(keep_vars: false).Keys);

    [Fact]
    public void MetadataHasTheVersionsOfAllModules()
    {
        var metadata = Nets.Small().state_dict(keep_vars: false).metadata!;

        Assert.True(metadata.IsOrdered);
        Assert.Equal(["", "first", "norm", "last"], metadata.Select(entry => entry.Key.AsString()));
        Assert.Equal([1, 1, 2, 1], metadata.Select(entry => entry.Value["version"].AsInt64()));
    }

    [Fact]
    public void APrefixBringsItsDot()
    {
        var state = Nets.Small().state_dict(keep_vars: false, prefix: "encoder.");

        Assert.Equal(Nets.SmallKeys.Select(key => $"encoder.{key}"), state.Keys);
        Assert.Equal(["encoder", "encoder.first", "encoder.norm", "encoder.last"], state.metadata!.Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void WithoutKeepVarsTensorsAreDetachedAndShareTheModulesMemory()
    {
        var module = Linear(2, 1);

        var weight = module.state_dict(keep_vars: false)["weight"];
        using (no_grad())
        {
            module.weight.fill_(7);
        }

        Assert.IsNotType<Parameter>(weight);
        Assert.False(weight.requires_grad);
        Assert.Equal([7f, 7f], weight.data<float>().ToArray());
    }

    [Fact]
    public void WithKeepVarsTheyAreTheParametersThemselves()
    {
        var module = Nets.Small();

        var state = module.state_dict(keep_vars: true);

        Assert.Same(module.parameters().First(), state["first.weight"]);
        Assert.True(state["first.weight"].requires_grad);
        Assert.Same(module.get_buffer("norm.running_mean"), state["norm.running_mean"]);
    }

    [Fact]
    public void AParameterOfTwoSubmodulesHasBothNamesAndOneMemory()
    {
        var state = new TiedModules().state_dict(keep_vars: false);

        Assert.Equal(["encoder.weight", "decoder.weight"], state.Keys);
        Assert.Equal(Native.StorageStart(state["encoder.weight"]), Native.StorageStart(state["decoder.weight"]));
    }

    [Fact]
    public void AParameterOfTwoFieldsHasBothNames()
    {
        var state = new TiedFields().state_dict(keep_vars: true);

        Assert.Equal(["first", "second"], state.Keys);
        Assert.Same(state["first"], state["second"]);
    }

    [Fact]
    public void AModuleOfTwoFieldsIsListedTwice()
    {
        var state = new TwiceTheSame().state_dict(keep_vars: false);

        Assert.Equal(["first.weight", "first.bias", "second.weight", "second.bias"], state.Keys);
        Assert.Equal(["", "first", "second"], state.metadata!.Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void BuffersThatDoNotPersistAreLeftOut() =>
        Assert.Equal(["kept"], new Buffers().state_dict(keep_vars: false).Keys);

    [Fact]
    public void AMissingBiasHasNoName() =>
        Assert.Equal(["weight"], Linear(2, 2, hasBias: false).state_dict(keep_vars: false).Keys);

    [Fact]
    public void AFieldWithoutAValueHasNoName() =>
        Assert.Equal(["scale"], new Optional(hasMore: false).state_dict(keep_vars: false).Keys);

    [Fact]
    public void FieldsMayHaveOtherNames() =>
        Assert.Equal(["lm_head", "embeddings.weight"], new Renamed().state_dict(keep_vars: false).Keys);

    [Fact]
    public void AModulesOwnTensorsComeBeforeItsChildrens() =>
        Assert.Equal(["scale", "mean", "layer.weight", "layer.bias"], new OwnAndChildren().state_dict(keep_vars: false).Keys);

    [Fact]
    public void ListsAndDictionariesOfParametersAreListed()
    {
        Assert.Equal(["0", "1"], ParameterList(Ones(), Ones()).state_dict(keep_vars: false).Keys);
        Assert.Equal(["left", "right"], ParameterDict(("left", Ones()), ("right", Ones())).state_dict(keep_vars: false).Keys);
        Assert.Equal(["list.0", "list.1", "dictionary.b", "dictionary.a"], new ParametersInside().state_dict(keep_vars: false).Keys);
    }

    [Fact]
    public void ListsAndDictionariesOfModulesAreListedAsRoots()
    {
        Assert.Equal(["0.weight", "1.weight"], ModuleList(Flat(), Flat()).state_dict(keep_vars: false).Keys);
        Assert.Equal(["b.weight", "a.weight"], ModuleDict(("b", Flat()), ("a", Flat())).state_dict(keep_vars: false).Keys);
        Assert.Equal(["0.weight", "1.weight"], new Blocks().state_dict(keep_vars: false).Keys);
        Assert.Equal(["", "0", "1"], new Blocks().state_dict(keep_vars: false).metadata!.Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void ListsAndDictionariesOfModulesAreListedInside() =>
        Assert.Equal(["list.0.weight", "list.1.weight", "dictionary.b.weight", "blocks.0.weight", "blocks.1.weight"], new ModulesInside().state_dict(keep_vars: false).Keys);

    [Fact]
    public void AModuleAppendedToAListIsListed()
    {
        var list = ModuleList(Flat());
        _ = list.state_dict(keep_vars: false);

        list.Add(Flat());

        Assert.Equal(["0.weight", "1.weight"], list.state_dict(keep_vars: false).Keys);
    }

    [Fact]
    public void NativeLayersHaveThePartsThatTheyHaveInPyTorch()
    {
        var metadata = TransformerEncoderLayer(4, 2).state_dict(keep_vars: false).metadata!;

        Assert.Equal(
            ["", "self_attn", "self_attn.out_proj", "linear1", "dropout", "linear2", "norm1", "norm2", "dropout1", "dropout2"],
            metadata.Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void AModuleWithoutTensorsHasNone()
    {
        var state = ReLU().state_dict(keep_vars: false);

        Assert.Empty(state);
        Assert.Equal([""], state.metadata!.Select(entry => entry.Key.AsString()));
    }

    [Fact]
    public void AModuleThatForgotToRegisterIsRefusedWithItsField()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new Forgetful().state_dict(keep_vars: false));

        Assert.Equal("Forgetful has not registered its field '_layer'; call RegisterComponents() at the end of its constructor", error.Message);
        Assert.Throws<InvalidOperationException>(() => new Forgetful().load_state_dict(new StateDict(), strict: false));
    }

    [Fact]
    public void ABaseClassThatForgotToRegisterIsRefused() =>
        Assert.Contains("'_layer'", Assert.Throws<InvalidOperationException>(() => new Derived().state_dict(keep_vars: false)).Message, StringComparison.Ordinal);

    [Fact]
    public void AModuleThatRegistersByHandIsFine() =>
        Assert.Equal(["scale", "by_hand.weight"], new ByHand().state_dict(keep_vars: false).Keys);

    [Fact]
    public void AModuleAsAFieldOfAnotherIsRegisteredByIt() =>
        Assert.Equal(["inner._layer.weight"], new Around(new Forgetful()).state_dict(keep_vars: false).Keys);

    [Fact]
    public void AModuleInASequentialIsNot() =>
        Assert.Contains("'_layer'", Assert.Throws<InvalidOperationException>(() => Sequential(new Forgetful()).state_dict(keep_vars: false)).Message, StringComparison.Ordinal);

    [Fact]
    public void NestingWithoutEndIsAnExceptionAndNoCrash()
    {
        Module module = Flat();
        for (var i = 0; i < 100_000; i++)
        {
            module = new Around(module);
        }

        Assert.Throws<InsufficientExecutionStackException>(() => module.state_dict(keep_vars: false));
    }

    [Fact]
    public void ADisposedModuleIsRefused()
    {
        var module = Linear(2, 2);
        module.Dispose();

        Assert.ThrowsAny<InvalidOperationException>(() => InMemory.Save(module.state_dict(keep_vars: false)));
    }

    [Fact]
    public void AStateDictIsAnOrderedDictionary()
    {
        var (a, b, c) = (ones(1), ones(1), ones(1));
        StateDict state = new() { { "b", b }, { "a", a } };

        state["b"] = c;

        Assert.Equal(2, state.Count);
        Assert.Equal(["b", "a"], state.Keys);
        Assert.Same(c, state.Values.First());
        Assert.True(state.ContainsKey("a") && !state.ContainsKey("A"));
        Assert.True(state.TryGetValue("a", out var found) && ReferenceEquals(found, a));
        Assert.Throws<ArgumentException>(() => state.Add("a", b));
        Assert.Contains("'x'", Assert.Throws<KeyNotFoundException>(() => state["x"]).Message, StringComparison.Ordinal);
        Assert.True(state.Remove("b") && !state.Remove("b"));
        Assert.Equal(["a"], state.Select(entry => entry.Key));
    }

    private static Parameter Ones() => new(ones(1));

    private static Linear Flat() => Linear(2, 2, hasBias: false);

    private sealed class TiedModules : Module
    {
        public readonly Linear encoder = Flat();
        public readonly Linear decoder = Flat();

        public TiedModules()
            : base(nameof(TiedModules))
        {
            decoder.weight = encoder.weight;
            RegisterComponents();
        }
    }

    private sealed class TiedFields : Module
    {
        public readonly Parameter first = Ones();
        public readonly Parameter second;

        public TiedFields()
            : base(nameof(TiedFields))
        {
            second = first;
            RegisterComponents();
        }
    }

    private sealed class TwiceTheSame : Module
    {
        public readonly Linear first = Linear(2, 2);
        public readonly Linear second;

        public TwiceTheSame()
            : base(nameof(TwiceTheSame))
        {
            second = first;
            RegisterComponents();
        }
    }

    private sealed class Buffers : Module
    {
        public Buffers()
            : base(nameof(Buffers))
        {
            register_buffer("kept", ones(1));
            register_buffer("passing", ones(1), persistent: false);
        }
    }

    private sealed class Optional : Module
    {
        public readonly Parameter scale = Ones();
        public readonly Parameter? shift;
        public readonly Linear? layer;

        public Optional(bool hasMore)
            : base(nameof(Optional))
        {
            (shift, layer) = hasMore ? (Ones(), Flat()) : (null, null);
            RegisterComponents();
        }
    }

    private sealed class Renamed : Module
    {
        [ComponentName(Name = "embeddings")]
        private readonly Linear _first = Flat();

        [ComponentName(Name = "lm_head")]
        private readonly Parameter _second = Ones();

        public Renamed()
            : base(nameof(Renamed)) => RegisterComponents();
    }

    private sealed class OwnAndChildren : Module
    {
        public readonly Linear layer = Linear(1, 1);
        public readonly Tensor mean = ones(1);
        public readonly Parameter scale = Ones();

        public OwnAndChildren()
            : base(nameof(OwnAndChildren)) => RegisterComponents();
    }

    private sealed class ParametersInside : Module
    {
        public readonly ParameterList list = ParameterList(Ones(), Ones());
        public readonly ParameterDict dictionary = ParameterDict(("b", Ones()), ("a", Ones()));

        public ParametersInside()
            : base(nameof(ParametersInside)) => RegisterComponents();
    }

    private sealed class ModulesInside : Module
    {
        public readonly ModuleList<Linear> list = ModuleList(Flat(), Flat());
        public readonly ModuleDict<Linear> dictionary = ModuleDict(("b", Flat()));
        public readonly Blocks blocks = new();

        public ModulesInside()
            : base(nameof(ModulesInside)) => RegisterComponents();
    }

    private sealed class Blocks() : ModuleList<Linear>(Flat(), Flat());

    private class Forgetful() : Module<Tensor, Tensor>(nameof(Forgetful))
    {
        private readonly Linear _layer = Flat();

        public override Tensor forward(Tensor input) => _layer.forward(input);
    }

    private sealed class Derived : Forgetful;

    private sealed class ByHand : Module
    {
        private readonly Linear _layer = Flat();

        public ByHand()
            : base(nameof(ByHand))
        {
            register_parameter("scale", Ones());
            register_module("by_hand", _layer);
        }
    }

    private sealed class Around : Module
    {
        public readonly Module inner;

        public Around(Module inner)
            : base(nameof(Around))
        {
            this.inner = inner;
            RegisterComponents();
        }
    }
}
