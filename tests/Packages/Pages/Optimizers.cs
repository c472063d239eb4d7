#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

var PATH = "run.pt";
using var inputs = randn(32, 4);
using var targets = inputs.sum(1, keepdim: true);

// A run of ten steps. After five, everything that the next step depends on is saved.
using var model = nn.Linear(4, 1);
using var optimizer = optim.AdamW(model.parameters(), lr: 0.1);
var scheduler = optim.lr_scheduler.StepLR(optimizer, step_size: 3, gamma: 0.5);
Train(model, optimizer, scheduler, steps: 5);
torch.save(
    new Dictionary<string, object>
    {
        ["step"] = 5,
        ["model"] = model.state_dict(keep_vars: false),
        ["optimizer"] = optimizer.state_dict(),
        ["scheduler"] = scheduler.state_dict(),
    },
    PATH);
Train(model, optimizer, scheduler, steps: 5);

// Another process: new objects, the state from the file, and the five steps that are left.
using var model2 = nn.Linear(4, 1);
using var optimizer2 = optim.AdamW(model2.parameters());
var scheduler2 = optim.lr_scheduler.StepLR(optimizer2, step_size: 3);
using (var run = torch.load(PATH, weights_only: true))
{
    model2.load_state_dict(run["model"]);
    optimizer2.load_state_dict(run["optimizer"]);
    scheduler2.load_state_dict(run["scheduler"]);
    Console.WriteLine($"resumed after step {(int)run["step"]}");
}

Train(model2, optimizer2, scheduler2, steps: 5);
Console.WriteLine($"same weights: {model.weight.Equals(model2.weight)}");

void Train(Linear net, optim.Optimizer stepper, optim.lr_scheduler.LRScheduler schedule, int steps)
{
    net.train();
    for (var i = 0; i < steps; i++)
    {
        using var scope = NewDisposeScope();
        stepper.zero_grad();
        nn.functional.mse_loss(net.forward(inputs), targets).backward();
        stepper.step();
        schedule.step();
    }
}
