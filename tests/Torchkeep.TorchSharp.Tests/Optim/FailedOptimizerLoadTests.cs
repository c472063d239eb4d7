using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Optim;

/// <summary>Loads of optimizers that fail: each says all that is wrong, and leaves every option and every bit.</summary>
public sealed class FailedOptimizerLoadTests
{
    private readonly Sequential _model = Runs.Model();
    private readonly Adam _optimizer;
    private readonly PyDict _other = Runs.Dict(Runs.Adam(Runs.Model(), steps: 7));
    private readonly byte[] _before;

    public FailedOptimizerLoadTests()
    {
        _optimizer = Runs.Adam(_model);
        _before = Runs.Bits(_optimizer);
    }

    private PyDict Group => (PyDict)_other["param_groups"][0];

    [Fact]
    public void ADictionaryOfAnotherClassIsRefused()
    {
        var model = Runs.Model();
        var dict = Runs.Dict(Runs.Trained(optim.SGD(model.parameters(), 0.1, momentum: 0.9), model));

        Assert.Equal(
            "Error(s) in loading state_dict for Adam:\n\tgroup 0 is not of Adam but of SGD: it lacks 'betas', 'eps', 'amsgrad' "
            + "and has 'momentum', 'dampening', 'nesterov'",
            Fails<StateDictException>(dict).Message);
    }

    [Fact]
    public void AnAdamIsNoSgd()
    {
        var model = Runs.Model();
        var sgd = Runs.Trained(optim.SGD(model.parameters(), 0.1, momentum: 0.9), model);
        var before = Runs.Bits(sgd);

        var error = Assert.Throws<StateDictException>(() => sgd.load_state_dict(_other));

        Assert.Contains("but of Adam", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Runs.Bits(sgd));
    }

    [Fact]
    public void AnotherNumberOfGroupsIsRefused()
    {
        ((PyList)_other["param_groups"]).Items.Add(Group);

        Assert.Contains("loaded state dict has a different number of parameter groups: 2, and the optimizer has 1", Fails<StateDictException>(_other).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherNumberOfParametersIsRefused()
    {
        ((PyList)Group["params"]).Items.RemoveAt(3);

        Assert.Contains("loaded state dict contains a parameter group that doesn't match the size of optimizer's group", Fails<StateDictException>(_other).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EverythingThatIsWrongIsListed()
    {
        Group["lr"] = "fast";
        Group["maximize"] = 2;
        var state = (PyDict)_other["state"];
        state[0]["exp_avg"].AsTensor();
        ((PyDict)state[0])["exp_avg"] = TensorView.FromArray(new float[9], ElementType.Float32, 9);
        ((PyDict)state[1])["step"] = 2.5;
        ((PyDict)state[2])["exp_inf"] = TensorView.FromArray(new float[9], ElementType.Float32, 3, 3);
        state[3] = new PyDict { ["step"] = 1, ["exp_avg"] = "none" };
        state[9] = new PyDict();

        Assert.Equal(
            [
                "Error(s) in loading state_dict for Adam:",
                "group 0 has for its 'lr' something unfit: expected a number, found 'fast'",
                "group 0 has for its 'maximize' something unfit: expected a bool, found 2",
                "there is state for 9, which is in no group",
            ],
            Fails<StateDictException>(_other).Message.Split("\n\t"));

        Group["lr"] = 0.1;
        Group["maximize"] = false;
        Assert.Equal(
            [
                "Error(s) in loading state_dict for Adam:",
                "parameter 0 of group 0 has for its 'exp_avg' something unfit: size mismatch, torch.Size([9]) where the parameter has torch.Size([3, 3])",
                "parameter 1 of group 0 has for its 'step' something unfit: expected a count, found 2.5",
                "parameter 2 of group 0 has 'exp_inf', which is not of Adam",
                "parameter 3 of group 0 has for its 'exp_avg' something unfit: expected a tensor, found <class 'str'>",
                "parameter 3 of group 0 has no 'exp_avg_sq'",
                "there is state for 9, which is in no group",
            ],
            Fails<StateDictException>(_other).Message.Split("\n\t"));
    }

    [Fact]
    public void NamesOfOtherParametersAreRefused()
    {
        Group["param_names"] = new PyList("first.weight", "first.bias", "final.weight", "last.bias");

        var error = Assert.Throws<StateDictException>(() => _optimizer.load_state_dict(_other, _model));

        Assert.Equal(
            "Error(s) in loading state_dict for Adam:\n\tgroup 0 has no parameter \"last.weight\", and the optimizer's has"
            + "\n\tgroup 0 has a parameter \"final.weight\", and the optimizer's has not",
            error.Message);
        Assert.Equal(_before, Runs.Bits(_optimizer));
    }

    [Fact]
    public void NamesThatChangedGroupsAreRefused()
    {
        var model = Runs.Model();
        Adam.ParamGroup[] groups = [new() { Parameters = model.parameters().Take(2) }, new() { Parameters = model.parameters().Skip(2) }];
        var optimizer = Runs.Trained(optim.Adam(groups), model);
        Adam.ParamGroup[] swapped = [new() { Parameters = model.parameters().Skip(2) }, new() { Parameters = model.parameters().Take(2) }];
        using var loaded = InMemory.Reload(Runs.Trained(optim.Adam(swapped), model).state_dict(model));
        var before = Runs.Bits(optimizer);

        var error = Assert.Throws<StateDictException>(() => optimizer.load_state_dict(loaded, model));

        Assert.Contains("group 1 has a parameter \"first.bias\", and the optimizer's has not", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Runs.Bits(optimizer));
    }

    [Fact]
    public void ABrokenByteOfTheLastTensorIsFoundBeforeAnythingChanges()
    {
        var model = Runs.Model();
        var other = Runs.Adam(model, steps: 7);
        ((Adam.State)other.state_dict().State[3]).exp_avg_sq.fill_(12345.678f);
        var file = InMemory.Save(other.state_dict());
        var place = file.AsSpan().IndexOf(BitConverter.GetBytes(12345.678f));
        Assert.True(place > 0);
        file[place] ^= 1;
        using var loaded = InMemory.Load(file);

        Assert.Throws<InvalidCheckpointException>(() => _optimizer.load_state_dict(loaded));

        Assert.Equal(_before, Runs.Bits(_optimizer));
    }

    [Fact]
    public void WhatIsNoOptimizersIsRefused()
    {
        using var weights = InMemory.Reload(_model.state_dict(keep_vars: false));
        using var list = InMemory.Reload(new List<int> { 1, 2 });

        Assert.Contains("'first.weight'", Assert.Throws<ArgumentException>(() => _optimizer.load_state_dict(weights)).Message, StringComparison.Ordinal);
        Assert.Contains("<class 'list'>", Assert.Throws<ArgumentException>(() => _optimizer.load_state_dict(list)).Message, StringComparison.Ordinal);
        Fails<ArgumentException>(new() { ["param_groups"] = new PyList() });
    }

    [Fact]
    public void NamesForKeysNeedAModule()
    {
        Group["params"] = new PyList("first.weight", "first.bias", "last.weight", "last.bias");

        Assert.Contains("give load_state_dict the module", Fails<ArgumentException>(_other).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FlattenedOptionsOfOneGroupMustBeTheSame()
    {
        var flat = Flattened(0.25f);
        _optimizer.load_state_dict(flat, _model);
        Assert.Equal(0.25, _optimizer.ParamGroups.Single().LearningRate);
        var before = Runs.Bits(_optimizer);

        flat["param_groups.last.bias.betas"] = new PyTuple(0.5, 0.999);
        flat["param_groups.last.weight.lr"] = Rate(0.5f);
        flat["param_groups.first.bias.eps"] = 1;
        flat["param_groups.head.weight.lr"] = Rate(0.25f);

        Assert.Equal(
            [
                "Error(s) in loading state_dict for Adam:",
                "there are options for \"head.weight\", which is in no group",
                "\"first.weight\" and \"first.bias\" are in one group, group 0, and differ in 'eps'",
                "\"first.weight\" and \"last.weight\" are in one group, group 0, and differ in 'lr'",
                "\"first.weight\" and \"last.bias\" are in one group, group 0, and differ in 'betas'",
            ],
            Assert.Throws<StateDictException>(() => _optimizer.load_state_dict(flat, _model)).Message.Split("\n\t"));
        Assert.Equal(before, Runs.Bits(_optimizer));
        Assert.Throws<ArgumentException>(() => _optimizer.load_state_dict(flat));

        static PyValue Rate(float rate) => TensorView.FromArray([rate], ElementType.Float32, []);

        // As flatten_optimizer_state_dict of get_optimizer_state_dict leaves it.
        static PyDict Flattened(float rate)
        {
            PyDict dict = [];
            foreach (var name in (string[])["first.weight", "first.bias", "last.weight", "last.bias"])
            {
                foreach (var (key, value) in new (string, PyValue)[] { ("lr", Rate(rate)), ("betas", new PyTuple(0.9, 0.999)), ("eps", 1e-8), ("weight_decay", 0), ("amsgrad", false) })
                {
                    dict[$"param_groups.{name}.{key}"] = value;
                }
            }

            return dict;
        }
    }

    [Fact]
    public void AModuleWithoutTheParametersIsRefused()
    {
        Assert.Throws<ArgumentException>(() => _optimizer.load_state_dict(_other, Runs.Model()));
        Assert.Throws<ArgumentException>(() => _optimizer.state_dict(Runs.Model()));
    }

    [Fact]
    public void LbfgsSaysWhyItCannot()
    {
        var optimizer = optim.LBFGS(_model.parameters());

        Assert.Contains("libtorch keeps it in C++", Assert.Throws<NotSupportedException>(() => optimizer.state_dict()).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => optimizer.state_dict(_model));
        Assert.Throws<NotSupportedException>(() => optimizer.load_state_dict(_other));
    }

    [Fact]
    public void AnOptimizerThatLostItsParametersSaysSo()
    {
        _model.to(float64);

        Assert.Contains("has lost parameters", Assert.Throws<InvalidOperationException>(() => _optimizer.load_state_dict(_other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWholeOptimizerIsNotSaved()
    {
        Assert.Contains("save its state_dict()", Assert.Throws<NotSupportedException>(() => InMemory.Save(_optimizer)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "save its state_dict()",
            Assert.Throws<NotSupportedException>(() => InMemory.Save(optim.lr_scheduler.StepLR(_optimizer, 1))).Message,
            StringComparison.Ordinal);
    }

    /// <summary>TorchSharp's step adds weight decay before it turns round, PyTorch's after.</summary>
    [Fact]
    public void SgdUphillWithWeightDecayIsRefusedBothWays()
    {
        var model = Runs.Model();
        var optimizer = Runs.Trained(optim.SGD(model.parameters(), 0.1, momentum: 0.9, maximize: true), model);
        var dict = Runs.Dict(optimizer);
        ((PyDict)dict["param_groups"][0])["weight_decay"] = 0.1;

        Assert.Contains("maximize with weight_decay", Assert.Throws<StateDictException>(() => optimizer.load_state_dict(dict)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "maximize with weight_decay",
            Assert.Throws<NotSupportedException>(() => InMemory.Save(optim.SGD(model.parameters(), 0.1, weight_decay: 0.1, maximize: true).state_dict())).Message,
            StringComparison.Ordinal);
    }

    private T Fails<T>(PyDict dict)
        where T : Exception
    {
        var error = Assert.Throws<T>(() => _optimizer.load_state_dict(dict));
        Assert.Equal(_before, Runs.Bits(_optimizer));
        return error;
    }
}
