#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

var PATH = "model.pt";
using var network = nn.Sequential(("conv", nn.Conv2d(1, 8, 3)), ("act", nn.ReLU()), ("flat", nn.Flatten()), ("fc", nn.Linear(8 * 6 * 6, 10)));
torch.save(network, PATH);

// Nothing of the model is built here: layers and settings come from the file.
using var copy = torch.load_model<Sequential>(PATH);
copy.eval();

using var input = randn(2, 1, 8, 8);
Console.WriteLine($"same results: {network.forward(input).Equals(copy.forward(input))}");
foreach (var (name, layer) in copy.named_children())
{
    Console.WriteLine($"{name}: {layer.GetName()}");
}
