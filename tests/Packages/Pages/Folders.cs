#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

// A folder as a training program leaves it: weights in two files with their index, and an optimizer.
Directory.CreateDirectory("run/checkpoint-500");
using var trained = Build();
using var adam = optim.Adam(trained.parameters());
torch.save_checkpoint(
    trained.state_dict(keep_vars: false),
    "run/checkpoint-500/model.safetensors",
    new() { Format = CheckpointFormat.Safetensors, MaxShardSize = 200 });
torch.save(adam.state_dict(), "run/checkpoint-500/optimizer.pt");

// The path of the folder is the path of its weights.
using var model = Build();
model.load_state_dict("run/checkpoint-500");
model.eval();
var (got, wanted) = (model.state_dict(keep_vars: false)["fc1.bias"], trained.state_dict(keep_vars: false)["fc1.bias"]);
Console.WriteLine($"loaded: {got.Equals(wanted)}");

foreach (var part in ModelFolder.Read("run/checkpoint-500").Parts)
{
    Console.WriteLine($"{part.Role}: {part.Name}");
}

using var optimizer = torch.load("run/checkpoint-500!optimizer.pt", weights_only: true);
Console.WriteLine(string.Join(", ", optimizer.keys()));

static Sequential Build() => nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
