#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

var PATH = "model.pth";
using var model = Build();
torch.save(model.state_dict(keep_vars: false), PATH);

using var copy = Build();
copy.load_state_dict(PATH);
foreach (var (key, value) in copy.state_dict(keep_vars: false))
{
    Console.WriteLine($"{key} [{string.Join(", ", value.shape)}]");
}

model.eval();
copy.eval();
using var input = randn(2, 1, 6, 6);
Console.WriteLine($"same results: {model.forward(input).Equals(copy.forward(input))}");

static Sequential Build() => nn.Sequential(
    ("conv1", nn.Conv2d(1, 8, 3)),
    ("bn1", nn.BatchNorm2d(8)),
    ("relu", nn.ReLU()),
    ("dropout", nn.Dropout(0.4)),
    ("flatten", nn.Flatten()),
    ("fc", nn.Linear(8 * 4 * 4, 10)));
