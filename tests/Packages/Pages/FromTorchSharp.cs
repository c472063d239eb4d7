#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

// A file of TorchSharp's own format, as older programs wrote it.
#pragma warning disable TK0004 // Module.save is what this program replaces.
using var old = Build();
old.save("model.dat");
#pragma warning restore TK0004

// The same call loads TorchSharp's files and PyTorch's.
using var model = Build();
model.load_state_dict("model.dat");
model.eval();

// Written once as PyTorch's file, it opens in Python too.
torch.save(model.state_dict(keep_vars: false), "model.pth");

// Without the model's class: any file that Torchkeep reads becomes a PyTorch file.
using (var checkpoint = Checkpoint.Open("model.dat"))
{
    Console.WriteLine($"{checkpoint.Format}: {checkpoint.Tensors.Count} tensors");
    Checkpoint.Save(checkpoint.FindStateDict(), "converted.pth");
}

using var converted = Build();
converted.load_state_dict("converted.pth");
converted.eval();
using var input = ones(1, 4);
Console.WriteLine($"same results: {model.forward(input).Equals(converted.forward(input))}");

static Sequential Build() => nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
