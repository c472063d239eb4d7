#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

var checkpoints = new CheckpointFolder("runs/1") { keep_last = 2, keep_best = 1, keep_every = 10 };
random.manual_seed(1);
using var inputs = randn(64, 4);
using var targets = inputs.sum(1, keepdim: true);
using var model = nn.Sequential(("fc1", nn.Linear(4, 16)), ("dropout", nn.Dropout(0.1)), ("fc2", nn.Linear(16, 1)));
using var optimizer = optim.AdamW(model.parameters(), lr: 0.01);
var scheduler = optim.lr_scheduler.StepLR(optimizer, step_size: 2, gamma: 0.5);
var history = new List<double>();
var done = 0;

// Resume, if an earlier process left something.
if (checkpoints.find_latest() is { } latest)
{
    foreach (var (file, reason) in latest.passed_over)
    {
        Console.WriteLine($"damaged, not used: {file}: {reason}");
    }

    using var saved = torch.load(latest.path, weights_only: true);
    model.load_state_dict(saved["model"]);
    optimizer.load_state_dict(saved["optimizer"]);
    scheduler.load_state_dict(saved["scheduler"]);
    torch.set_rng_state(saved["rng"].tensor());
    history = saved["history"].list<double>();
    done = (int)saved["epoch"];
    Console.WriteLine($"resumed after epoch {done}");
}

// Train, and save each epoch.
while (done < 3)
{
    history.Add(TrainOneEpoch());
    done++;
    checkpoints.save(
        new Dictionary<string, object>
        {
            ["epoch"] = done,
            ["model"] = model.state_dict(keep_vars: false),
            ["optimizer"] = optimizer.state_dict(),
            ["scheduler"] = scheduler.state_dict(),
            ["history"] = history,
            ["rng"] = torch.get_rng_state(),
        },
        step: done,
        metric: Evaluate());
    Console.WriteLine($"saved epoch {done}");
}

double TrainOneEpoch()
{
    using var scope = NewDisposeScope();
    model.train();
    optimizer.zero_grad();
    var difference = nn.functional.mse_loss(model.forward(inputs), targets);
    difference.backward();
    optimizer.step();
    scheduler.step();
    return difference.item<float>();
}

double Evaluate()
{
    using var scope = NewDisposeScope();
    using var noGradients = no_grad();
    model.eval();
    return nn.functional.mse_loss(model.forward(inputs), targets).item<float>();
}
