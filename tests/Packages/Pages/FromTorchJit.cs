#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

// 1. scripted.pt as it is: libtorch runs its code. No class is needed, and the file decides what is run.
using var script = torch.jit.load<Tensor, Tensor>("scripted.pt");
script.eval();

// 2. Its weights in a model of yours. Torchkeep runs nothing of the file.
using var model = nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
model.load_state_dict("scripted.pt");
model.eval();

using var input = ones(1, 4);
Console.WriteLine($"same results: {script.forward(input).allclose(model.forward(input))}");

// 3. From now on a plain file of weights.
torch.save(model.state_dict(keep_vars: false), "model.pth");
using var checkpoint = Checkpoint.Open("scripted.pt");
Console.WriteLine($"{checkpoint.Format}: {checkpoint.FindStateDict().Count} tensors");
