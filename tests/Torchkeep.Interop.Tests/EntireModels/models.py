"""Models of classes that are not of torch.nn: runs in judge.py after layers.py."""
import sys, types


def module(name):
    for i, _ in enumerate(name.split(".")):
        part = ".".join(name.split(".")[:i + 1])
        sys.modules.setdefault(part, types.ModuleType(part))
    return sys.modules[name]


def put(cls, place, name):
    """As if the class stood in a file of that name."""
    cls.__module__, cls.__qualname__, cls.__name__ = place, name, name
    setattr(module(place), name, cls)
    return cls


def model_class():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(10, 4)
            self.lstm = nn.LSTM(4, 4, batch_first=True)
            self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 10, bias=False))
            self.head[1].weight = self.embed.weight
            self.gain = nn.Parameter(torch.ones(4))
            self.register_buffer("mask", torch.ones(4), persistent=False)
            self.scale = 2.0

        def forward(self, input):
            return self.head(self.lstm(self.embed(input))[0] * self.gain * self.mask) * self.scale
    return Net


def save_net(place, name, file):
    """Leaves a model whole, with inputs and what it makes of them."""
    model = randomize(put(model_class(), place, name)())
    model.mask.copy_(torch.tensor([1.0, 0.0, 3.0, 0.5]))
    model.head.train()
    torch.save(model, path + "/" + file)
    inputs = [torch.arange(10).view(2, 5)]
    torch.save({"inputs": inputs, "outputs": call(model.eval(), inputs)}, path + "/called.pt")


def check_net(file):
    """Opens what .NET saved, as a model of the class that now has the name."""
    put(model_class(), "net", "TheModelClass")
    model = torch.load(path + "/" + file, weights_only=False)
    called = torch.load(path + "/called.pt")
    modes = [part.training for part in model.modules()]
    return [type(model).__module__ + "." + type(model).__name__, str(model.embed.weight is model.head[1].weight), str(model.scale), str(modes),
            str(sorted(model.state_dict())), "%.17g" % distance(called["outputs"], call(model.eval(), called["inputs"]))]


def save_deep():
    class Core(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 4)
            self.norm = nn.BatchNorm1d(4)
            self.width = 4
            self.kind = "wide"

    class Tail(nn.Module):
        pass
    put(Core, "deep.inside", "Core")
    put(Tail, "deep", "Tail")
    torch.save(nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.ReLU(), nn.Sequential(Core(), Core(), Tail()))), path + "/deep.pt")


def save_vision(names):
    import torchvision
    for name in names:
        torch.manual_seed(3)
        model = getattr(torchvision.models, name)(weights=None).eval()
        torch.save(model, path + "/" + name + ".pt")
        inputs = [torch.randn(2, 3, 64, 64)]
        torch.save({"inputs": inputs, "outputs": call(model, inputs)}, path + "/" + name + ".called.pt")
