using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim.lr_scheduler;

namespace Torchkeep.TorchSharp.Tests.Optim;

/// <summary>States of schedulers that do not fit, and what a load leaves.</summary>
public sealed class SchedulerStateTests
{
    private readonly Adam _optimizer = optim.Adam(Runs.Model().parameters(), 0.5);

    [Fact]
    public void AStateOfAnotherClassIsRefused()
    {
        var scheduler = ExponentialLR(_optimizer, 0.25);
        var state = StepLR(_optimizer, 3).state_dict();

        Assert.Equal(
            "Error(s) in loading state_dict for ExponentialLR:\n\tit has 'step_size', which is of StepLR and not of ExponentialLR",
            Fails(scheduler, state));
        Assert.Contains("it has no 'step_size'", Fails(StepLR(_optimizer, 3), scheduler.state_dict()), StringComparison.Ordinal);
        Assert.Contains("it is no dict but a list", Fails(ChainedLR([scheduler]), new() { ["_last_lr"] = new PyList(0.5), ["_schedulers"] = new PyList(new PyList()) }), StringComparison.Ordinal);
    }

    [Fact]
    public void EverythingThatIsWrongIsListed()
    {
        var scheduler = MultiStepLR(_optimizer, [3, 5], 0.25);
        var state = scheduler.state_dict();
        state["milestones"] = new PyObject(PyObjectKind.Call, new PyGlobal("collections", "Counter"), new(new PyDict { [2] = 2 }));
        state["gamma"] = "half";
        state["base_lrs"] = new PyList(0.5, 0.5);
        state["last_epoch"] = 2.5;

        Assert.Equal(
            [
                "Error(s) in loading state_dict for MultiStepLR:",
                "'milestones': expected each milestone once, which is all that TorchSharp counts, found 2 2 times",
                "'gamma': expected a number, found 'half'",
                "'base_lrs': expected a list of 1 numbers, one for each group, found a list of 2",
                "'last_epoch': expected an int of 32 bits, found 2.5",
            ],
            Fails(scheduler, state).Split("\n\t"));
    }

    [Fact]
    public void APartThatDoesNotFitIsNamedAndChangesNothing()
    {
        var scheduler = SequentialLR(_optimizer, [ConstantLR(_optimizer), StepLR(_optimizer, 2)], [3]);
        scheduler.step();
        var state = scheduler.state_dict();
        var parts = (PyList)state["_schedulers"];
        ((PyDict)parts[0])["factor"] = 0.125;
        ((PyDict)parts[1])["step_size"] = "two";

        Assert.Contains("\n\t_schedulers[1] (StepLR): 'step_size': expected a number, found 'two'", Fails(scheduler, state), StringComparison.Ordinal);
        parts.Items.RemoveAt(1);
        Assert.Contains("it has no list '_schedulers' of 2 schedulers", Fails(scheduler, state), StringComparison.Ordinal);
    }

    [Fact]
    public void AFunctionWithAStateIsRefused()
    {
        var scheduler = LambdaLR(_optimizer, _ => 1);
        var state = scheduler.state_dict();
        state["lr_lambdas"] = new PyList(new PyDict { ["warmup"] = 3 });

        Assert.Contains("the attributes of a callable object", Fails(scheduler, state), StringComparison.Ordinal);
    }

    [Fact]
    public void AOneCycleOfOtherPhasesIsRefused()
    {
        var two = OneCycleLR(_optimizer, 0.5, 10);
        var three = OneCycleLR(_optimizer, 0.5, 10, three_phase: true);

        Assert.Contains("the scheduler was built with 2 phases, found a list of 3", Fails(two, three.state_dict()), StringComparison.Ordinal);
    }

    [Fact]
    public void AFunctionOfTheCallersStays()
    {
        var sgd = optim.SGD(Runs.Model().parameters(), 0.5);
        var scheduler = CyclicLR(sgd, 0.25, 0.5, 4, scale_fn: _ => 0.5, cycle_momentum: false);
        scheduler.load_state_dict(CyclicLR(sgd, 0.25, 0.5, 4, cycle_momentum: false).state_dict());

        scheduler.step();

        Assert.Equal(0.25 + (0.25 * 0.25 * 0.5), sgd.ParamGroups.Single().LearningRate);
    }

    [Fact]
    public void ALearningRateThatSomeoneElseSetIsLeft()
    {
        var state = ConstantLR(_optimizer, 0.5).state_dict();
        var next = optim.Adam(Runs.Model().parameters());
        next.load_state_dict(Runs.Dict(_optimizer));
        var scheduler = ConstantLR(next, 0.125);
        next.ParamGroups.Single().LearningRate = 0.75;

        scheduler.load_state_dict(state);

        Assert.Equal(0.75, next.ParamGroups.Single().LearningRate);
        next.ParamGroups.Single().LearningRate = 0.875;
        StepLR(next, 2).load_state_dict(StepLR(_optimizer, 3).state_dict());
        Assert.Equal(0.875, next.ParamGroups.Single().LearningRate);
    }

    [Fact]
    public void WithASchedulerTheInitialLearningRateIsSaved()
    {
        Assert.False(Runs.Dict(_optimizer)["param_groups"][0].TryGet("initial_lr", out _));

        StepLR(_optimizer, 2).state_dict();

        Assert.Equal(0.5, Runs.Dict(_optimizer)["param_groups"][0]["initial_lr"].AsDouble());
    }

    [Fact]
    public void EverySchedulerOfTorchSharpIsInTheTable()
    {
        var schedulers = typeof(LRScheduler).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LRScheduler)));

        Assert.Equal(SchedulerTable.Rows.Select(row => row.Type.Name).Order(), schedulers.Select(type => type.Name).Order());
        Assert.Equal(14, SchedulerTable.Rows.Count);
    }

    [Fact]
    public void ASchedulerOfOnesOwnIsRefused() =>
        Assert.Contains(nameof(Own), Assert.Throws<NotSupportedException>(() => new Own(_optimizer).state_dict()).Message, StringComparison.Ordinal);

    private static string Fails(LRScheduler scheduler, PyDict state)
    {
        var before = InMemory.Save(scheduler.state_dict());
        var error = Assert.Throws<StateDictException>(() => scheduler.load_state_dict(state));
        Assert.Equal(before, InMemory.Save(scheduler.state_dict()));
        return error.Message;
    }

    private sealed class Own(optim.Optimizer optimizer) : LRScheduler(optimizer);
}
