"""The Python side of the tests of whole modules, TorchScript and exported programs."""
import collections
import hashlib
import types
from typing import Dict, List, Optional, Tuple

import torch
from torch import nn
from torch.ao import quantization


def describe(state):
    """A state_dict as lines: type, names in order, bits, and _metadata."""
    return [line for key, value in state.items() for line in [describe_tensor(key, value)]] + [
        "_metadata[%r] = %r" % (key, dict(value)) for key, value in getattr(state, "_metadata", {}).items()]


def describe_tensor(key, value):
    if not isinstance(value, torch.Tensor) or isinstance(value, nn.parameter.UninitializedTensorMixin):
        return "%s: %s" % (key, type(value).__name__)
    data = value.detach()
    flat = data.contiguous().reshape(-1)
    payload = bytes(flat.view(torch.uint8).numpy()) if flat.numel() else b""
    return "%s: %s %s %s %s" % (key, str(value.dtype)[6:], list(value.shape), list(data.stride()), hashlib.sha256(payload).hexdigest())


def fill(module):
    """Values of their own for every tensor, cheaper than drawing them."""
    with torch.no_grad():
        for number, tensor in enumerate(module.state_dict().values()):
            if not isinstance(tensor, nn.parameter.UninitializedTensorMixin):
                if tensor.numel() > 1 << 16:
                    tensor.fill_(number)
                    continue
                tensor.copy_((torch.arange(tensor.numel()).remainder(251) + number).reshape(tensor.shape))
    return module


def vision(name):
    """A model of torchvision, without the time that its own random weights take; a large one at half the size."""
    module = untrained(name)
    return fill(module.half() if sum(parameter.numel() for parameter in module.parameters()) > 10_000_000 else module)


def untrained(name):
    import torchvision
    wanted = ("uniform_", "normal_", "trunc_normal_", "kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_")
    kept = {function: getattr(nn.init, function) for function in wanted}
    for function in wanted:
        setattr(nn.init, function, lambda tensor, *_, **__: tensor)
    try:
        arguments = {"weights": None}
        for part in ("detection", "segmentation"):
            if hasattr(getattr(torchvision.models, part), name):
                return getattr(getattr(torchvision.models, part), name)(weights_backbone=None, **arguments)
        if hasattr(torchvision.models.video, name):
            return getattr(torchvision.models.video, name)(**arguments)
        if name in ("googlenet", "inception_v3"):
            arguments["init_weights"] = False
        return getattr(torchvision.models, name)(**arguments)
    finally:
        for function, original in kept.items():
            setattr(nn.init, function, original)


class Odd(nn.Module):
    """What a module can have beside the usual."""

    def __init__(self):
        super().__init__()
        self.tied = nn.Linear(2, 3)
        self.other = nn.Linear(2, 3)
        self.other.weight = self.tied.weight
        self.again = self.tied
        self.register_buffer("transient", torch.ones(4), persistent=False)
        self.register_buffer("nothing", None)
        self.register_parameter("none", None)
        self.register_buffer("view", torch.arange(12.0).reshape(3, 4).t()[1:])
        self.register_buffer("brain", torch.ones(2, dtype=torch.bfloat16))
        self.frozen = nn.Parameter(torch.arange(3), requires_grad=False)
        self.child = None
        self.text = "text"
        self.add_module("no child", None)
        self.add_module("a b", nn.Sequential(collections.OrderedDict([("первый", nn.Linear(1, 1))])))


def modules():
    """Kinds of modules, each with everything that PyTorch itself puts into it."""
    return {
        "odd": Odd,
        "data_parallel": lambda: nn.DataParallel(Odd()),
        "norms": lambda: nn.Sequential(nn.BatchNorm1d(2), nn.BatchNorm2d(2, affine=False), nn.BatchNorm3d(2, track_running_stats=False), nn.SyncBatchNorm(2),
                               nn.InstanceNorm1d(2), nn.InstanceNorm2d(2, affine=True, track_running_stats=True), nn.LayerNorm(2), nn.GroupNorm(1, 2)),
        "recurrent": lambda: nn.ModuleList([nn.LSTM(2, 3, 2, bidirectional=True, proj_size=1), nn.GRUCell(2, 3), nn.RNN(1, 1)]),
        "transformer": lambda: nn.Transformer(4, 2, 1, 1, 4),
        "containers": lambda: nn.ModuleDict({"b": nn.ParameterList([nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(2))]),
                                     "a": nn.ParameterDict({"z": nn.Parameter(torch.ones(3)), "y": nn.Parameter(torch.ones(1))}), "9": nn.EmbeddingBag(3, 2)}),
        "weight_norm": lambda: torch.nn.utils.weight_norm(nn.Conv2d(1, 2, 2)),
        "lazy": lambda: nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d()),
        "empty": lambda: nn.Sequential(nn.ReLU(), nn.Identity()),
        "traced": lambda: torch.fx.symbolic_trace(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))),
        "observers": lambda: nn.Sequential(quantization.MinMaxObserver(), quantization.HistogramObserver(), quantization.PerChannelMinMaxObserver(),
                                           quantization.MovingAverageMinMaxObserver(), quantization.FakeQuantize()),
        "double": lambda: nn.Sequential(nn.Linear(2, 2), nn.PReLU()).double(),
    }


def save_vision(path, name):
    module = vision(name)
    torch.save(module, path + "/model.pt")
    return describe(module.state_dict())


def save_module(path, name):
    module = fill(modules()[name]())
    torch.save(module, path + "/model.pt", _use_new_zipfile_serialization=name != "data_parallel")
    return describe(module.state_dict())


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.arange(2.0))
        self.register_buffer("transient", torch.ones(3), persistent=False)
        self.plain = torch.arange(4)

    def forward(self, x):
        return x * self.w.sum() + self.transient.sum() + self.plain.sum()


class Scripted(nn.Module):
    maybe: Optional[torch.Tensor]
    words: Dict[str, torch.Tensor]

    def __init__(self):
        super().__init__()
        self.seq = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Linear(2, 2, bias=False))
        self.inner = Inner()
        self.again = self.inner
        self.list = nn.ModuleList([nn.Linear(2, 2) for _ in range(11)])
        self.p = nn.Parameter(torch.arange(2, dtype=torch.half))
        self.register_buffer("b", torch.zeros(2))
        self.tied = self.p
        self.register_buffer("none", None)
        self.register_parameter("nothing", None)
        self.maybe = torch.ones(1)
        self.kind = torch.float16
        self.words = {"a": torch.ones(1)}
        self.ints = [1, 2, 3]
        self.tensors = [torch.ones(2)]
        self.floats = [1.5]
        self.truths = [True]
        self.pair = (1, "x")
        self.plain = torch.full((2, 2), 7.0)
        self.counts = {"k": 1}

    def forward(self, x):
        if self.kind == torch.float16:
            x = x + 1
        for linear in self.list:
            x = linear(x)
        return (self.seq(x) + self.inner(x) + self.b + self.p + self.plain.sum() + self.words["a"] + self.tensors[0].sum() + self.ints[0]
                + self.floats[0] + self.again(x))


def function(x):
    return x + torch.tensor([1.0, 2.0]) * torch.tensor([[3], [4]], dtype=torch.int16)


def scripts():
    return {
        "scripted": lambda: torch.jit.script(fill(Scripted())),
        "traced": lambda: torch.jit.trace(fill(nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.BatchNorm2d(2))).eval(), torch.ones(1, 1, 3, 3)),
        "function": lambda: torch.jit.trace(function, torch.ones(2)),
        "frozen": lambda: torch.jit.freeze(torch.jit.script(fill(Scripted()).eval())),
        "quantized": lambda: torch.jit.script(torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(3, 3)), {nn.Linear})),
    }


def save_script(path, name):
    made = scripts()[name]()
    torch.jit.save(made, path + "/script.pt", _extra_files={"notes.txt": "kept"})
    loaded = torch.jit.load(path + "/script.pt")
    return describe(loaded.state_dict())


def save_mobile(path):
    torch.jit.script(fill(Scripted()).eval())._save_for_lite_interpreter(path + "/script.pt")
    return describe(torch.jit.load(path + "/script.pt").state_dict())


class Exported(nn.Module):
    def __init__(self, dtypes):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2, 3))
        self.tied = self.w
        self.one = nn.Linear(3, 3)
        self.two = nn.Linear(3, 3)
        self.two.weight = self.one.weight
        base = torch.arange(20.0)
        self.register_buffer("first", base[2:8].view(2, 3).t())
        self.register_buffer("second", base[:3])
        self.register_buffer("transient", torch.full((3,), 3.0), persistent=False)
        self.register_buffer("scalar", torch.tensor(5))
        self.register_buffer("empty", torch.ones(0, 2))
        self.plain = torch.full((3,), 2.0)
        for dtype in dtypes:
            self.register_buffer("of_" + str(dtype)[6:], torch.tensor([0, 1, 0, 1]).to(dtype))

    def forward(self, x):
        return self.two(self.one(x)) + self.transient + self.plain + self.w.sum() + self.first.sum() + self.second + torch.tensor([1.0, 2.0, 3.0])


def dtypes():
    names = ("uint8 int8 int16 int32 int64 float16 float32 float64 bfloat16 bool complex32 complex64 complex128 uint16 uint32 uint64 "
             "float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu")
    return [getattr(torch, name) for name in names.split()]


def save_export(path, old=False):
    program = torch.export.export(Exported(dtypes()), (torch.ones(2, 3),))
    if old:
        save_old_export(program, path + "/program.pt2")
        # The constants lie in another order in what is saved.
        return describe(program.state_dict), sorted(describe(program.constants))
    torch.export.save(program, path + "/program.pt2", extra_files={"notes.txt": "kept"})
    loaded = torch.export.load(path + "/program.pt2")
    return describe(loaded.state_dict), describe(loaded.constants)


def save_old_export(program, path):
    """As torch.export.save did it in 2.5 (torch/export/__init__.py of that time)."""
    import warnings
    import zipfile
    from torch._export.serde.serialize import serialize
    artifact = serialize(program)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("serialized_exported_program.json", artifact.exported_program)
        archive.writestr("serialized_state_dict.pt", artifact.state_dict)
        archive.writestr("serialized_constants.pt", artifact.constants)
        archive.writestr("serialized_example_inputs.pt", artifact.example_inputs)
        archive.writestr("version", "8.2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert list(torch.export.load(path).state_dict) == list(program.state_dict)
