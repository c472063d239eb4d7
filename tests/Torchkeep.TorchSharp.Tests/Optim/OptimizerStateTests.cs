using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Optim;

/// <summary>What of an optimizer is saved, and what a load leaves.</summary>
public sealed class OptimizerStateTests
{
    private readonly Sequential _model = Runs.Model();

    public static TheoryData<string> Classes => [.. OptimizerTable.Rows.Select(row => row.Name)];

    [Fact]
    public void BeforeTheFirstStepThereIsNoStateButAdagrads()
    {
        Assert.Empty((PyDict)Runs.Dict(optim.Adam(_model.parameters()))["state"]);
        Assert.Equal(4, ((PyDict)Runs.Dict(optim.Adagrad(_model.parameters()))["state"]).Count);
    }

    [Fact]
    public void AFrozenParameterHasNoState()
    {
        ((Linear)_model[0]).weight.requires_grad = false;

        Assert.Equal([(PyValue)1, 2, 3], ((PyDict)Runs.Dict(Runs.Adam(_model))["state"]).Select(entry => entry.Key));
    }

    [Fact]
    public void AParameterThatAGroupHasTwiceGetsTheLaterNumber()
    {
        var parameters = _model.parameters().ToArray();

        var group = Runs.Dict(optim.SGD([parameters[0], parameters[0], parameters[1]], 0.1))["param_groups"][0];

        Assert.Equal([(PyValue)1, 1, 2], ((PyList)group["params"]).Items);
    }

    [Fact]
    public void ALoadCopies()
    {
        var from = Runs.Adam(Runs.Model());
        var to = Runs.Adam(_model, steps: 1);
        using var loaded = InMemory.Reload(from.state_dict());

        to.load_state_dict(loaded);
        ((Adam.State)to.state_dict().State[0]).exp_avg.fill_(7);

        using var file = loaded["state"][0]["exp_avg"].tensor();
        Assert.Equal(0, file.eq(7).sum().ToInt64());
        to.load_state_dict(loaded);
        Assert.Equal(Runs.Bits(from), Runs.Bits(to));
    }

    [Fact]
    public void AbsentStateIsAsBeforeTheFirstStep()
    {
        var to = Runs.Adam(_model, steps: 5);

        to.load_state_dict(Runs.Dict(optim.Adam(Runs.Model().parameters(), 0.25)));

        var state = (Adam.State)to.state_dict().State[0];
        Assert.Equal(0, state.step);
        Assert.Equal(0, state.exp_avg.abs().sum().ToDouble());
        Assert.Equal(0.25, to.ParamGroups.Single().LearningRate);
    }

    [Fact]
    public void StateOutlivesTheScopeOfTheLoad()
    {
        var to = optim.SGD(_model.parameters(), 0.1, momentum: 0.9);
        var model = Runs.Model();
        var dict = Runs.Dict(Runs.Trained(optim.SGD(model.parameters(), 0.1, momentum: 0.9), model));
        using (NewDisposeScope())
        {
            to.load_state_dict(dict);
        }

        Runs.Trained(to, _model, steps: 1);
        Assert.False(((SGD.State)to.state_dict().State[0]).momentum_buffer.IsInvalid);
    }

    /// <summary>PyTorch counts in tensors since 1.12, and since 1.12 SGD's buffer is not there before it is used.</summary>
    [Fact]
    public void OldFilesAreFilledAsPyTorchFillsThem()
    {
        PyDict entry = new() { ["step"] = 4, ["exp_avg"] = Zeros(), ["exp_avg_sq"] = Zeros() };
        PyDict group = new() { ["lr"] = 0.5, ["betas"] = new PyTuple(0.5, 0.75), ["eps"] = 1e-6, ["weight_decay"] = 0, ["params"] = new PyList(1234567) };
        var adam = optim.Adam([new Parameter(zeros(2))], amsgrad: true, maximize: true);
        adam.load_state_dict(new PyDict { ["state"] = new PyDict { [1234567] = entry }, ["param_groups"] = new PyList(group) });

        Assert.Equal(4, ((Adam.State)adam.state_dict().State[0]).step);
        Assert.Equal((false, false, 0.5), ((Adam.Options)adam.state_dict().Options[0]) is var options ? (options.amsgrad, options.maximize, options.beta1) : default);

        var sgd = Runs.Trained(optim.SGD(_model.parameters(), 0.1, momentum: 0.9), _model);
        var dict = Runs.Dict(sgd);
        ((PyDict)dict["state"])[0] = new PyDict { ["momentum_buffer"] = PyNone.Value };
        sgd.load_state_dict(dict);
        Assert.Null(((SGD.State)sgd.state_dict().State[0]).momentum_buffer);
        Assert.NotNull(((SGD.State)sgd.state_dict().State[1]).momentum_buffer);
    }

    /// <summary>As PyTorch, which so loses bits of float32 moments.</summary>
    [Fact]
    public void StateIsOfTheParametersType()
    {
        var dict = Runs.Dict(Runs.Adam(_model));
        var half = Runs.Model().to(bfloat16);
        var optimizer = optim.Adam(half.parameters());

        optimizer.load_state_dict(dict);

        var state = (Adam.State)optimizer.state_dict().State[0];
        Assert.Equal((ScalarType.BFloat16, 3L), (state.exp_avg.dtype, state.step));
        Assert.Equal(dict["state"][0]["exp_avg"].AsTensor().ToArray<float>()[0], state.exp_avg[0, 0].to(float32).ToDouble(), 0.001);
    }

    [Theory, MemberData(nameof(Classes))]
    public void TorchSharpsOwnSavingStillWorksAfterwards(string name)
    {
        var from = Runs.Trained(Make(name, _model), _model);
        var model = Runs.Model();
        var to = Make(name, model);
        to.load_state_dict(Runs.Dict(from));

        var next = Make(name, Runs.Model());
        next.load_state_dict(to.state_dict());
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        to.save_state_dict(writer);
        stream.Position = 0;
        var last = Make(name, Runs.Model());
        last.load_state_dict(new BinaryReader(stream));

        Assert.Equal(Runs.Bits(from), Runs.Bits(to));
        Assert.Equal(Runs.Bits(from), Runs.Bits(next));
        Assert.Equal(Runs.Bits(from), Runs.Bits(last));
    }

    [Fact]
    public void NamesFindTheParametersInAnotherOrder()
    {
        using var loaded = InMemory.Reload(Runs.Adam(_model).state_dict(_model));
        var model = Runs.Model();
        var reversed = optim.Adam(model.parameters().Reverse());

        reversed.load_state_dict(loaded, model);

        Assert.Equal(Bits.Of(loaded["state"][3]["exp_avg"].tensor()), Bits.Of(((Adam.State)reversed.state_dict().State[0]).exp_avg));
        using var rewritten = InMemory.Reload(reversed.state_dict(model));
        Assert.Equal(
            ["last.bias", "last.weight", "first.bias", "first.weight"],
            ((PyList)rewritten["param_groups"][0]["param_names"].value).Items.Select(item => item.AsString()));
    }

    [Fact]
    public void TheInitialLearningRateIsWrittenOnceItIsAnother()
    {
        var optimizer = optim.Adam(_model.parameters(), 0.5);
        Assert.False(Runs.Dict(optimizer)["param_groups"][0].TryGet("initial_lr", out _));

        optimizer.ParamGroups.Single().LearningRate = 0.25;
        var dict = Runs.Dict(optimizer);
        Assert.Equal(0.5, dict["param_groups"][0]["initial_lr"].AsDouble());

        var next = optim.Adam(Runs.Model().parameters());
        next.load_state_dict(dict);
        Assert.Equal((0.25, 0.5), next.ParamGroups.Single() is var group ? (group.LearningRate, group.InitialLearningRate) : default);
    }

    [Fact]
    public void CountsBeyondFloat32AreKept()
    {
        var optimizer = Runs.Adam(_model);
        ((Adam.State)optimizer.state_dict().State[0]).step = (1 << 24) + 1;
        var next = optim.Adam(Runs.Model().parameters());

        next.load_state_dict(Runs.Dict(optimizer));

        Assert.Equal((1 << 24) + 1, ((Adam.State)next.state_dict().State[0]).step);
    }

    [Fact]
    public void ASaveByItsStateDictAloneGoesToAFileOrAStream()
    {
        using var folder = new TemporaryFolder();
        var optimizer = Runs.Adam(_model);
        torch.save(optimizer.state_dict(), folder["optimizer.pt"]);
        var stream = new MemoryStream();
        torch.save(optimizer.state_dict(), stream);
        stream.Position = 0;

        var next = optim.Adam(Runs.Model().parameters());
        next.load_state_dict(torch.load(stream));
        Assert.Equal(Runs.Bits(optimizer), Runs.Bits(next));
        var last = optim.Adam(Runs.Model().parameters());
        last.load_state_dict(torch.load(folder["optimizer.pt"], weights_only: true));
        Assert.Equal(Runs.Bits(optimizer), Runs.Bits(last));
    }

    [Fact]
    public void EveryOptimizerOfTorchSharpIsInTheTableButLbfgs()
    {
        var optimizers = typeof(OptimizerHelper).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(torch.optim.Optimizer)) && !type.IsAbstract).Select(type => type.Name);

        Assert.Equal(OptimizerTable.Rows.Select(row => row.OptionsType.DeclaringType!.Name).Append("LBFGS").Order(), optimizers.Order());
    }

    [Theory, MemberData(nameof(Classes))]
    public void EveryFieldOfOptionsAndStateIsInTheTable(string name)
    {
        var row = OptimizerTable.Rows.Single(row => row.Name == name);
        var owner = row.OptionsType.DeclaringType!;

        // A tuple of PyTorch's is two fields, and lr is none.
        Assert.Equal(row.OptionsType.GetFields().Length, row.Options.Sum(option => option.Get is null || option.Key == "lr" ? 0 : option.Default is PyTuple ? 2 : 1));
        Assert.Equal(owner.GetNestedType("State")!.GetFields().Select(field => field.Name).Order(), row.State.Select(key => key.Key).Order());
    }

    private static TensorView Zeros() => TensorView.FromArray(new float[2], ElementType.Float32, 2);

    private static OptimizerHelper Make(string name, Module model) => name switch
    {
        "SGD" => optim.SGD(model.parameters(), 0.1, momentum: 0.9),
        "Adam" => optim.Adam(model.parameters(), amsgrad: true),
        "AdamW" => optim.AdamW(model.parameters(), amsgrad: true),
        "Adamax" => optim.Adamax(model.parameters()),
        "NAdam" => optim.NAdam(model.parameters()),
        "RAdam" => optim.RAdam(model.parameters()),
        "RMSprop" => optim.RMSProp(model.parameters()),
        "Rprop" => optim.Rprop(model.parameters()),
        "Adagrad" => optim.Adagrad(model.parameters()),
        "Adadelta" => optim.Adadelta(model.parameters()),
        "ASGD" => optim.ASGD(model.parameters()),
        _ => throw new ArgumentException(name),
    };
}
