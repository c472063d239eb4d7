using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PublicApi.Tests.Snippets;

/// <summary>Runs that are resumed.</summary>
public sealed class Optimizers : Sandbox
{
    private const string PATH = "run.pt";

    private readonly Linear model = nn.Linear(2, 1);

    private (Tensor Weight, double Rate) _ended;

    [Fact]
    public void ARunIsSaved()
    {
        var optimizer = optim.AdamW(model.parameters(), lr: 0.1);
        var scheduler = optim.lr_scheduler.StepLR(optimizer, step_size: 3, gamma: 0.5);
        Train(model, optimizer, scheduler, 4);
        var epoch = 4;
        torch.save(
            new Dictionary<string, object>
            {
                ["epoch"] = epoch,
                ["model"] = model.state_dict(keep_vars: false),
                ["optimizer"] = optimizer.state_dict(),
                ["scheduler"] = scheduler.state_dict(),
            },
            PATH);
        Train(model, optimizer, scheduler, 4);
        _ended = (model.weight.clone(), optimizer.ParamGroups.Single().LearningRate);
    }

    [Fact]
    public void AResumedRunEndsAsOneThatWasNotInterrupted()
    {
        ARunIsSaved();

        var optimizer = optim.AdamW(model.parameters());
        var scheduler = optim.lr_scheduler.StepLR(optimizer, step_size: 3);

        using var loaded = torch.load(PATH, weights_only: true);
        model.load_state_dict(loaded["model"]);
        optimizer.load_state_dict(loaded["optimizer"]);
        scheduler.load_state_dict(loaded["scheduler"]);
        var epoch = (int)loaded["epoch"];
        model.train();

        Assert.Equal(4, epoch);
        Train(model, optimizer, scheduler, 4);
        Assert.True(_ended.Weight.Equals(model.weight));
        Assert.Equal(_ended.Rate, optimizer.ParamGroups.Single().LearningRate);
    }

    [Fact]
    public void NamesFindParametersInAnyOrder()
    {
        var optimizer = optim.AdamW(model.parameters());
        Train(model, optimizer, optim.lr_scheduler.StepLR(optimizer, 10), 2);

        #region names
        torch.save(optimizer.state_dict(model), "optimizer.pt");

        var reversed = optim.AdamW(model.parameters().Reverse());
        using var named = torch.load("optimizer.pt", weights_only: true);
        reversed.load_state_dict(named, model);
        #endregion

        var weight = ((AdamW.State)optimizer.state_dict().State[0]).exp_avg;
        Assert.True(weight.Equals(((AdamW.State)reversed.state_dict().State[1]).exp_avg));
    }

    [Fact]
    public void AnotherOptimizerIsRefused()
    {
        #region wrong-optimizer
        torch.save(optim.SGD(model.parameters(), 0.1).state_dict(), "sgd.pt");
        using var sgd = torch.load("sgd.pt", weights_only: true);
        try
        {
            optim.Adam(model.parameters()).load_state_dict(sgd);
        }
        catch (StateDictException error)
        {
            Console.WriteLine(error.Message);
        }
        #endregion

        Assert.Equal(
            [
                "Error(s) in loading state_dict for Adam:",
                "\tgroup 0 is not of Adam but of SGD: it lacks 'betas', 'eps', 'amsgrad' and has 'momentum', 'dampening', 'nesterov'",
            ],
            Written);
    }

    [Fact]
    public void APathGoesToTorchSharp()
    {
        var optimizer = optim.Adam(model.parameters());
        torch.save(optimizer.state_dict(), "optimizer.pt");

        Assert.Contains("Mismatched optimizer type", Assert.Throws<InvalidDataException>(() => optimizer.load_state_dict("optimizer.pt")).Message, StringComparison.Ordinal);
    }

    private static void Train(Linear model, OptimizerHelper optimizer, optim.lr_scheduler.LRScheduler scheduler, int epochs)
    {
        for (var i = 0; i < epochs; i++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            (model.call(torch.ones(4, 2)) - 1).pow(2).mean().backward();
            optimizer.step();
            scheduler.step();
        }
    }
}
