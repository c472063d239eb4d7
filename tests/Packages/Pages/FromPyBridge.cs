#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

using var model = Build();
using var optimizer = optim.Adam(model.parameters());

// was: model.save_py("model.pth"); optimizer.save_py("optimizer.pt"); model.save_safetensors("model.safetensors");
torch.save(model.state_dict(keep_vars: false), "model.pth");
torch.save(optimizer.state_dict(), "optimizer.pt");
torch.save_checkpoint(model.state_dict(keep_vars: false), "model.safetensors", new WriteOptions { Format = CheckpointFormat.Safetensors });

// was: copy.load_py("model.pth"); copyOptimizer.load_py("optimizer.pt"); copy.load_safetensors("model.safetensors");
using var copy = Build();
using var copyOptimizer = optim.Adam(copy.parameters());
copy.load_state_dict("model.pth");
using (var state = torch.load("optimizer.pt", weights_only: true))
{
    copyOptimizer.load_state_dict(state);
}

copy.load_state_dict("model.safetensors");
copy.train();

using var input = ones(1, 4);
Console.WriteLine($"same results: {model.forward(input).Equals(copy.forward(input))}");
Console.WriteLine($"can be trained: {copy.parameters().All(parameter => parameter.requires_grad)}");

static Sequential Build() => nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
