#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

using var model = Build();
torch.save(model.state_dict(keep_vars: false), "model.pth");

using var same = Build();
same.load_state_dict("model.pth");
same.eval();

foreach (var (name, tensor) in same.state_dict(keep_vars: false))
{
    Console.WriteLine($"{name} [{string.Join(", ", tensor.shape)}]");
}

using var x = ones(1, 4);
Console.WriteLine($"same result: {model.forward(x).Equals(same.forward(x))}");

static Sequential Build() => nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
