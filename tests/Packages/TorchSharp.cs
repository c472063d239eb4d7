#:package Torchkeep.TorchSharp@0.1.0
#:package TorchSharp-cpu@0.107.0

using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

using var model = nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
torch.save(model.state_dict(keep_vars: false), "model.pth");

using var same = nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
same.load_state_dict("model.pth");
same.eval();

using var x = torch.ones(1, 4);
Console.WriteLine(same.forward(x).equal(model.forward(x)).all().item<bool>());
