#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

// A pretrained file whose last layer is called "head".
using var pretrained = Build("head");
torch.save(pretrained.state_dict(keep_vars: false), "pretrained.pth");

// In this model the layer is called "fc".
using var model = Build();
Console.WriteLine(model.warm_start("pretrained.pth"));

model.warm_start("pretrained.pth", new() { rename = [("^head", "fc")], strict = true });
model.eval();
var (got, wanted) = (model.state_dict(keep_vars: false)["fc.bias"], pretrained.state_dict(keep_vars: false)["head.bias"]);
Console.WriteLine($"loaded: {got.Equals(wanted)}");

static Sequential Build(string last = "fc") =>
    nn.Sequential(("conv1", nn.Conv2d(1, 8, 3)), ("bn1", nn.BatchNorm2d(8)), ("flatten", nn.Flatten()), (last, nn.Linear(128, 10)));
