"""The Python side of the tests of modules: runs in judge.py, which has torch and the path of a folder."""
import collections

nn = torch.nn


def randomize(module):
    """Weights and running statistics unlike those of a new module."""
    generator = torch.Generator().manual_seed(2)
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point():
            tensor.copy_(torch.randint(0, 100, tensor.shape, generator=generator))
        elif name.endswith("running_var"):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        else:
            values = torch.randn(tensor.shape, generator=generator)
            tensor.copy_(values / values[0].numel() ** 0.5 if values.dim() > 1 else values)
    return module.eval()


def flat(result):
    return [tensor for part in result for tensor in flat(part)] if isinstance(result, tuple) else [result]


def call(module, inputs):
    with torch.no_grad():
        if isinstance(module, nn.LSTMCell):
            return flat(module(inputs[0], (inputs[1], inputs[2])))
        return flat(module(*inputs))


def describe(state):
    """Everything about a state_dict but its values, in its order."""
    lines = ["%s: %s %s %s requires_grad=%s" % (key, type(value).__name__, value.dtype, list(value.shape), value.requires_grad) for key, value in state.items()]
    return [type(state).__name__] + lines + ["_metadata[%r] = %r" % entry for entry in state._metadata.items()]


def distance(expected, actual):
    """The largest difference of two lists of tensors, relative to their largest element."""
    assert [tensor.shape for tensor in expected] == [tensor.shape for tensor in actual]
    assert [tensor.dtype for tensor in expected] == [tensor.dtype for tensor in actual]
    return max((float((left.double() - right.double()).abs().max() / right.double().abs().max().clamp(min=1)) for left, right in zip(expected, actual)), default=0.0)


def load_ours(module, strict=True):
    """What loading ours says, how far its outputs then are from ours, and both state_dicts described."""
    ours = torch.load(path + "/model.pt")
    own = describe(randomize(module).state_dict())
    result = module.load_state_dict(ours, strict=strict)
    inputs, outputs = torch.load(path + "/called.pt")
    return [str(result), "%.17g" % (distance(outputs, call(module, inputs)) if outputs else 0), "\n".join(own), "\n".join(describe(ours))]


def save_theirs(module):
    """Leaves a state_dict of the module, and what it makes of the inputs."""
    torch.save(randomize(module).state_dict(), path + "/model.pt")
    inputs, called = torch.load(path + "/called.pt")
    torch.save(call(module, inputs) if called else [], path + "/outputs.pt")


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 4), nn.Sequential(collections.OrderedDict(norm=nn.BatchNorm1d(4), act=nn.PReLU(4)))])
        self.heads = nn.ModuleDict({"second": nn.Linear(4, 2), "first": nn.LayerNorm(4)})
        self.scales = nn.ParameterList([nn.Parameter(torch.ones(4)), nn.Parameter(torch.ones(()))])
        self.shifts = nn.ParameterDict({"a": nn.Parameter(torch.zeros(4)), "b": nn.Parameter(torch.zeros(2))})

    def forward(self, input):
        for layer in self.layers:
            input = layer(input)
        input = input * self.scales[0] * self.scales[1] + self.shifts["a"]
        return self.heads["second"](self.heads["first"](input)) + self.shifts["b"]


def resnet18():
    import torchvision
    return torchvision.models.resnet18()


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(50, 8)
        self.lstm = nn.LSTM(8, 8, num_layers=2, batch_first=True)
        self.decoder = nn.Linear(8, 50)
        self.decoder.weight = self.encoder.weight

    def forward(self, input):
        return self.decoder(self.lstm(self.encoder(input))[0])


class TiedFields(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = self.second = nn.Parameter(torch.ones(3))
        self.left = self.right = nn.Linear(3, 3)

    def forward(self, input):
        return self.right(self.left(input * self.first)) * self.second


class Custom(nn.Module):
    def __init__(self):
        super().__init__()
        self.zeta = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
        self.scale = nn.Parameter(torch.ones(4))
        self.alpha = nn.Linear(4, 2, bias=False)
        self.frozen = nn.Parameter(torch.ones(()), requires_grad=False)
        self.register_buffer("offset", torch.zeros(2))
        self.register_buffer("mask", torch.ones(4), persistent=False)
        self.register_buffer("seen", torch.tensor(3))

    def forward(self, input):
        return self.alpha(self.zeta(input) * self.scale * self.mask) * self.frozen + self.offset + self.seen


def try_to_load(module, state, strict):
    try:
        return str(module.load_state_dict(state, strict=strict))
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def values_for(source, target):
    """Numbers that both types can hold in part, of enough elements for vectors and a rest."""
    values = [0.0, 1.0, 2.7, 0.5, 3.99, 1.0009765, 33.3, 120.0] * 9 + [5.0] * 3
    is_unsigned = lambda dtype: dtype in (torch.uint8, torch.bool) or str(dtype).startswith("torch.uint")
    if not is_unsigned(source) and not is_unsigned(target):
        values += [-0.0, -1.0, -2.7, -0.5, -3.99, -120.0]
    made = torch.tensor(values, dtype=torch.float64)
    if source.is_complex:
        made = torch.complex(made, made.flip(0))
    if source.is_floating_point and target.is_floating_point:
        # PyTorch has changed what becomes of numbers that are too large for 8 bits.
        large = [] if torch.empty(0, dtype=target).element_size() == 1 else [float("inf"), float("-inf"), 1e6, 3e38, 1e300]
        made = torch.cat([made, torch.tensor([float("nan"), 1e-8] + large, dtype=torch.float64)])
    return made.to(source)


def convert(source, targets):
    """Leaves files of a type and what copy_ makes of them in others; returns the names of those where it fails."""
    refused = []
    for target in targets:
        if source.is_complex and target is torch.bool and torch.__version__.startswith("1."):
            continue  # it looks at real parts alone
        name = str(target)[len("torch."):]
        values = values_for(source, target)
        torch.save({"0": values}, path + "/source-%s.pt" % name)
        torch.save(torch.zeros(values.shape, dtype=torch.uint8).to(target), path + "/target-%s.pt" % name)
        try:
            torch.save(torch.zeros(values.shape, dtype=torch.uint8).to(target).copy_(values), path + "/expected-%s.pt" % name)
        except (RuntimeError, NotImplementedError):
            refused.append(name)
    return refused


def save_layouts(dtype):
    """Leaves the same shape in many layouts, a file each, and all of them made contiguous; returns their names."""
    count = 2 * 3 * 4 * 5
    own = lambda *shape: torch.arange(count * 4, dtype=dtype)[:int(torch.tensor(shape).prod())].clone().view(*shape)
    layouts = {
        "contiguous": own(2, 3, 4, 5),
        "permuted": own(5, 4, 3, 2).permute(3, 2, 1, 0),
        "channels last": own(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
        "every second": own(2, 3, 4, 10)[..., 1::2],
        "columns": own(2, 3, 4, 7)[..., 1:6],
        "rows": own(6, 3, 4, 5)[3:5],
        "expanded": own(2, 1, 4, 1).expand(2, 3, 4, 5),
        "one element": own(1).expand(2, 3, 4, 5),
        "overlapping": own(count).as_strided((2, 3, 4, 5), (3, 2, 1, 2), 1),
    }
    for name, tensor in layouts.items():
        torch.save({"0": tensor}, path + "/%s.pt" % name)
    torch.save({name: tensor.float().contiguous() for name, tensor in layouts.items()}, path + "/expected.pt")
    return list(layouts)
