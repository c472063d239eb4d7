#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

// model.dat was written by exportsd.save_state_dict in Python. It is loaded as it is.
using var model = nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
model.load_state_dict("model.dat");
model.eval();
using var input = ones(1, 4);
Console.WriteLine($"result: {model.forward(input).sum().item<float>():F3}");

// Back to Python: a file for torch.load, in place of importsd.load_state_dict.
torch.save(model.state_dict(keep_vars: false), "model.pth");
using var written = Checkpoint.Open("model.pth");
Console.WriteLine(string.Join(' ', written.Tensors.Select(entry => entry.Name)));
