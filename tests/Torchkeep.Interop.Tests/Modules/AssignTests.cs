using Torchkeep.Interop.Tests.Modules.Models;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>With <c>assign</c> a module takes the tensors themselves, as PyTorch's does since 2.1.</summary>
public sealed class AssignTests : TorchSharpTests
{
    /// <summary>What TorchSharp has in native code, where a parameter cannot become one of another element type.</summary>
    private static readonly Type[] _native =
    [
        typeof(Embedding), typeof(EmbeddingBag), typeof(LSTM), typeof(GRU), typeof(RNN), typeof(LSTMCell), typeof(GRUCell), typeof(RNNCell), typeof(MultiheadAttention),
        typeof(TransformerEncoderLayer), typeof(TransformerDecoderLayer), typeof(TransformerEncoder), typeof(TransformerDecoder), typeof(Transformer),
    ];

    /// <summary>Modules of floats that can be called with floats.</summary>
    public static TheoryData<string> Rows =>
    [
        .. from row in ModuleRows.All
           where row.Inputs is not null && row.OnlyInPyTorch.Length == 0
           let module = row.Make()
           where module.state_dict(keep_vars: true).Values is var tensors && tensors.Any() && tensors.All(tensor => tensor.dtype is ScalarType.Float32 or ScalarType.Int64)
           select row.Python,
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void OfTheSameElementType(string name)
    {
        var (row, folder, module) = Prepare(name, "");
        using var scope = NewDisposeScope();
        using var temporary = folder;
        using var disposed = module;
        var before = module.state_dict(keep_vars: true);
        var gradients = before.Values.Select(tensor => tensor.requires_grad).ToList();

        module.load_state_dict(torch.load(folder["model.pt"], weights_only: true), assign: true);

        var after = module.state_dict(keep_vars: true);
        Assert.All(before.Zip(after), pair => Assert.True(ReferenceEquals(pair.First.Value, pair.Second.Value)));
        Assert.Equal(gradients, after.Values.Select(tensor => tensor.requires_grad));
        CheckValues(module, folder, row);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void OfAnotherElementType(string name)
    {
        var (row, folder, module) = Prepare(name, ".double()");
        using var scope = NewDisposeScope();
        using var temporary = folder;
        using var disposed = module;
        var before = Bits.Of(module);
        var gradients = module.state_dict(keep_vars: true).Values.Select(tensor => tensor.requires_grad).ToList();
        using var loaded = torch.load(folder["model.pt"], weights_only: true);

        if (module.modules().Prepend(module).Any(part => _native.Contains(part.GetType())))
        {
            Assert.Contains("in native code", Assert.Throws<StateDictException>(() => module.load_state_dict(loaded, assign: true)).Message, StringComparison.Ordinal);
            Assert.Equal(before, Bits.Of(module));
            return;
        }

        module.load_state_dict(loaded, assign: true);

        Assert.Equal(gradients, module.state_dict(keep_vars: true).Values.Select(tensor => tensor.requires_grad));
        CheckValues(module, folder, row);
    }

    [Fact]
    public void AStateDictInMemoryIsShared()
    {
        using var scope = NewDisposeScope();
        using var module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2));
        using var other = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2));
        var state = other.state_dict(keep_vars: false);

        module.load_state_dict(state, assign: true);
        using (no_grad())
        {
            foreach (var tensor in state.Values)
            {
                tensor.fill_(7);
            }
        }

        Assert.All(module.state_dict(keep_vars: false).Values, tensor => Assert.True(tensor.eq(7).all().item<bool>()));
        Assert.Equal(Bits.Of(other), Bits.Of(module));
    }

    [Fact]
    public void AnOptimizerGoesOnWithTheParametersOfTheSameElementType()
    {
        using var scope = NewDisposeScope();
        using var module = nn.Linear(3, 2);
        using var optimizer = optim.Adam(module.parameters(), lr: 0.5);
        Step();

        module.load_state_dict(new StateDict { ["weight"] = zeros(2, 3), ["bias"] = zeros(2) }, assign: true);
        Step();

        Assert.All(module.parameters(), parameter => Assert.True(parameter.ne(0).all().item<bool>()));

        void Step()
        {
            optimizer.zero_grad();
            module.call(ones(4, 3)).sum().backward();
            optimizer.step();
        }
    }

    [Fact]
    public void AnOptimizerBuiltAfterwardsTrainsParametersOfAnotherElementType()
    {
        using var scope = NewDisposeScope();
        using var module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.PReLU(1));
        var state = new StateDict();
        foreach (var (key, tensor) in module.state_dict(keep_vars: false))
        {
            state.Add(key, tensor.is_floating_point() ? tensor.to(float64) : tensor);
        }

        module.load_state_dict(state, assign: true);
        using var optimizer = optim.SGD(module.parameters(), learningRate: 0.5, momentum: 0.9);
        module.call(randn(4, 3, dtype: float64)).square().sum().backward();
        var before = module.parameters().Select(Bits.Of).ToList();
        optimizer.step();

        Assert.All(module.parameters(), parameter => Assert.True(parameter is { is_leaf: true, dtype: ScalarType.Float64, requires_grad: true }));
        Assert.All(before.Zip(module.parameters()), pair => Assert.NotEqual(pair.First, Bits.Of(pair.Second)));
    }

    [Fact]
    public void TiedParametersStayTied()
    {
        using var scope = NewDisposeScope();
        using var sampler = new Sampler(1);
        using var saved = sampler.Fill(new LanguageModel());
        var (vector, matrix) = (sampler.Normal(3).to(float64), sampler.Normal(3, 3).to(float64));
        StateDict savedFields = new()
        {
            ["first"] = vector,
            ["second"] = vector,
            ["left.weight"] = matrix,
            ["left.bias"] = vector,
            ["right.weight"] = matrix,
            ["right.bias"] = vector,
        };
        using var folder = new JudgeFolder(root: null);
        torch.save(saved.state_dict(keep_vars: false), folder["model.pt"]);
        torch.save(savedFields, folder["fields.pt"]);
        using var module = new LanguageModel();
        using var fields = new TiedFields();

        module.load_state_dict(folder["model.pt"], assign: true);
        fields.load_state_dict(folder["fields.pt"], assign: true);

        Assert.Equal(Bits.Of(saved), Bits.Of(module));
        Assert.All(fields.state_dict(keep_vars: false), entry => Assert.Equal(Bits.Of(savedFields[entry.Key]), Bits.Of(entry.Value)));
        foreach (var (state, first, second) in new[]
        {
            (module.state_dict(keep_vars: false), "encoder.weight", "decoder.weight"),
            (fields.state_dict(keep_vars: false), "first", "second"),
            (fields.state_dict(keep_vars: false), "left.bias", "right.bias"),
        })
        {
            state[first].zero_();
            Assert.Equal(Bits.Of(state[first]), Bits.Of(state[second]));
        }
    }

    [Fact]
    public void WhatCannotRequireItsGradientIsRefusedInPyTorchsWords()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        using var module = nn.Linear(3, 2);
        var before = Bits.Of(module);

        var said = judge.RunModules(folder, """
            torch.save({"weight": torch.ones(2, 3, dtype=torch.int64), "bias": torch.ones(2, dtype=torch.bool)}, path + "/model.pt")
            try:
                nn.Linear(3, 2).load_state_dict(torch.load(path + "/model.pt"), assign=True)
            except RuntimeError as error:
                lines = [str(error)]
            """);

        Assert.Equal(said[0], Assert.Throws<StateDictException>(() => module.load_state_dict(folder["model.pt"], assign: true)).Message);
        Assert.Equal(before, Bits.Of(module));
    }

    [Fact]
    public void AMetaModuleTakesTheTensors()
    {
        using var scope = NewDisposeScope();
        using var saved = nn.Linear(3, 2);
        using var module = nn.Linear(3, 2, device: META);

        module.load_state_dict(saved.state_dict(keep_vars: false), assign: true);

        Assert.Equal(Bits.Of(saved), Bits.Of(module));
        Assert.Equal(Bits.Of(saved.call(ones(3))), Bits.Of(module.call(ones(3))));
    }

    /// <summary>Leaves PyTorch's state_dict and the outputs of the module after a conversion, and makes another of ours.</summary>
    private static (ModuleRow Row, JudgeFolder Folder, nn.Module Module) Prepare(string name, string conversion)
    {
        var judge = Judge.Named(Interpreters.Newest);
        var row = ModuleRows.All.Single(one => one.Python == name);
        var folder = judge.NewFolder();
        var module = row.Make();
        module.eval();
        using var scope = NewDisposeScope();
        using var sampler = new Sampler(1);
        var inputs = row.Inputs!(sampler);
        if (conversion.Length > 0)
        {
            inputs = [.. inputs.Select(input => input.is_floating_point() ? input.to(float64) : input)];
        }

        torch.save_checkpoint((inputs, inputs), folder["called.pt"]);
        judge.RunModules(folder, $"save_theirs({row.Python}{conversion}); lines = []");
        return (row, folder, module);
    }

    private static void CheckValues(nn.Module module, JudgeFolder folder, ModuleRow row)
    {
        torch.save(module.state_dict(keep_vars: false), folder["again.pt"]);
        using var theirs = Checkpoint.Open(folder["model.pt"]);
        using var again = Checkpoint.Open(folder["again.pt"]);
        if (!row.IsReordered)
        {
            Same.Lines(Description.Of(theirs.Root), Description.Of(again.Root));
        }

        using var called = torch.load(folder["called.pt"], weights_only: true);
        using var made = torch.load(folder["outputs.pt"], weights_only: true);
        Outputs.Check(made.tensors(), ModuleCalls.Call(module, [.. called[0].tensors()]));
    }
}
