using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

namespace PublicApi.Tests.Snippets;

/// <summary>Runs that are kept, resumed and rated.</summary>
public sealed class TrainingRuns : Sandbox
{
    private readonly Net model = new();

    [Fact]
    public void ARunIsSavedAndResumed()
    {
        var epoch = 3;
        var loss = 0.25;
        var history = new List<double> { 0.5, 0.25 };
        var optimizer = optim.Adam(model.parameters(), 0.5);
        var scheduler = optim.lr_scheduler.StepLR(optimizer, 2, 0.5);

        var checkpoints = new CheckpointFolder("runs/1") { keep_last = 2, keep_best = 1, keep_every = 10 };

        checkpoints.save(
            new Dictionary<string, object>
            {
                ["epoch"] = epoch,
                ["model"] = model.state_dict(keep_vars: false),
                ["optimizer"] = optimizer.state_dict(),
                ["scheduler"] = scheduler.state_dict(),
                ["history"] = history,
                ["rng"] = torch.get_rng_state(),
            },
            step: epoch,
            metric: loss);

        using var drawn = rand(3);
        scheduler.step();
        scheduler.step();
        Assert.Equal(0.25, optimizer.ParamGroups.Single().LearningRate);

        if (checkpoints.find_latest() is { } latest)
        {
            foreach (var (path, reason) in latest.passed_over)
            {
                Console.WriteLine($"passed over {path}: {reason}");
            }

            using var loaded = torch.load(latest.path, weights_only: true);
            model.load_state_dict(loaded["model"]);
            optimizer.load_state_dict(loaded["optimizer"]);
            scheduler.load_state_dict(loaded["scheduler"]);
            epoch = (int)loaded["epoch"] + 1;
            history = loaded["history"].list<double>();
            torch.set_rng_state(loaded["rng"].tensor());
        }

        Assert.Equal(4, epoch);
        Assert.Equal(0.5, optimizer.ParamGroups.Single().LearningRate);
        Assert.Equal([0.5, 0.25], history);
        Assert.True(drawn.Equals(rand(3)));
        Assert.Equal("checkpoint-000000003-metric=0.25.pt", Path.GetFileName(checkpoints.find_best()!.path));
    }

    [Fact]
    public async Task TheDiskIsNotWaitedFor()
    {
        var trained = 0;
        double TrainOneEpoch() => trained++;

        #region training-background
        var pending = Task.CompletedTask;
        for (var i = 0; i < 3; i++)
        {
            TrainOneEpoch();
            await pending;
            pending = torch.async_save(new Dictionary<string, object> { ["epoch"] = i, ["model"] = model.state_dict(keep_vars: false) }, "background.pt");
        }

        await pending;
        #endregion

        using var loaded = torch.load("background.pt", weights_only: true);
        Assert.Equal((2, 3), ((int)loaded["epoch"], trained));
    }

    [Fact]
    public void TheBestIsKeptInMemory()
    {
        double[] losses = [0.5, 0.3, 0.4];
        var epoch = 0;
        double Evaluate() => losses[epoch++];
        void TrainOneEpoch()
        {
            using var noGradients = no_grad();
            model.state_dict(keep_vars: false)["fc.bias"].fill_(epoch);
        }

        #region snapshot
        using var best = model.snapshot();
        var bestLoss = double.PositiveInfinity;
        for (var i = 0; i < 3; i++)
        {
            TrainOneEpoch();
            var loss = Evaluate();
            if (loss < bestLoss)
            {
                bestLoss = loss;
                best.update();
            }
        }

        best.restore();
        torch.save(best.state_dict(), "best.pth");
        #endregion

        Assert.Equal(1, model.state_dict(keep_vars: false)["fc.bias"][0].ToSingle());
        Assert.Equal(1, torch.load("best.pth", weights_only: true)["fc.bias"].tensor()[0].ToSingle());
    }

    [Fact]
    public void ValuesAreReadByTheirTypes()
    {
        #region training-values
        using var dice = new Generator(0, CPU);
        torch.save(
            new Dictionary<string, object?>
            {
                ["epoch"] = 7,
                ["loss"] = 0.1f,
                ["name"] = "baseline",
                ["betas"] = (0.9, 0.999),
                ["sizes"] = new Dictionary<string, int> { ["hidden"] = 32 },
                ["best"] = null,
                ["generator"] = dice.get_state(),
            },
            "run.pt");

        using var loaded = torch.load("run.pt", weights_only: true);
        var epoch = (int)loaded["epoch"];
        var loss = (float)loaded["loss"];
        var (beta1, beta2) = ((double)loaded["betas"][0], (double)loaded["betas"][1]);
        var sizes = loaded["sizes"].dict<int>();
        var best = loaded["best"].get<double?>();
        var seed = loaded.get("seed", 1);
        dice.set_state(loaded["generator"].tensor());
        #endregion

        Assert.Equal((7, 0.1f, 0.9, 0.999, 32, null, 1), (epoch, loss, beta1, beta2, sizes["hidden"], best, seed));

        #region training-wrong
        try
        {
            epoch = (int)loaded["name"];
        }
        catch (InvalidOperationException error)
        {
            Console.WriteLine(error.Message);
        }
        #endregion

        Assert.Equal("['name']: expected an int, found str 'baseline'", Assert.Single(Written));
    }

    [Fact]
    public void DatesAreTextsUnlessAskedFor()
    {
        #region training-dates
        var now = DateTime.UtcNow;
        torch.save(
            new Dictionary<string, object>
            {
                ["text"] = now.ToString("O"),
                ["python"] = PyDates.From(now),
            },
            "dates.pt");

        using var loaded = torch.load("dates.pt", weights_only: true);
        Console.WriteLine((DateTime)loaded["text"] == now);
        Console.WriteLine((DateTime)loaded["python"] - now);
        #endregion

        Assert.Equal("True", Written[0]);
        Assert.InRange((now - (DateTime)loaded["python"]).Ticks, 0, 9);
    }

    [Fact]
    public void SeveralModelsAreOneFile()
    {
        #region training-several
        using var generator = nn.Linear(2, 3);
        using var discriminator = nn.Linear(3, 1);
        var generatorOptimizer = optim.Adam(generator.parameters());
        var discriminatorOptimizer = optim.SGD(discriminator.parameters(), 0.1);

        torch.save(
            new Dictionary<string, object>
            {
                ["generator"] = generator.state_dict(keep_vars: false),
                ["discriminator"] = discriminator.state_dict(keep_vars: false),
                ["optimizers"] = new[] { generatorOptimizer.state_dict(), discriminatorOptimizer.state_dict() },
            },
            "gan.pt");

        using var loaded = torch.load("gan.pt", weights_only: true);
        generator.load_state_dict(loaded["generator"]);
        discriminator.load_state_dict(loaded["discriminator"]);
        generatorOptimizer.load_state_dict(loaded["optimizers"][0]);
        discriminatorOptimizer.load_state_dict(loaded["optimizers"][1]);
        #endregion

        Assert.Equal(["generator", "discriminator", "optimizers"], loaded.keys());
    }
}
