# Models of three architectures whose weights weight_norm, spectral_norm or prune keep in several tensors.
import collections
import warnings

from torch import nn
from torch.nn.utils import prune

warnings.filterwarnings("ignore")
OLD = {"weight_norm": nn.utils.weight_norm, "spectral_norm": nn.utils.spectral_norm}
NEW = {name: getattr(nn.utils.parametrizations, name) for name in ("weight_norm", "spectral_norm") if hasattr(nn.utils.parametrizations, name)}


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)
        self.fc = nn.Linear(4, 4)
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(torch.relu(self.fc(self.lstm(x)[0])))


def vocoder():
    return nn.Sequential(nn.Conv1d(2, 8, 7, padding=3), nn.LeakyReLU(0.1), nn.ConvTranspose1d(8, 4, 4, stride=2, padding=1), nn.LeakyReLU(0.1), nn.Conv1d(4, 4, 3, padding=2, dilation=2), nn.Tanh(), nn.Conv1d(4, 1, 7, padding=3))


def discriminator():
    return nn.Sequential(nn.Conv2d(1, 4, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 8, 4, stride=2, padding=1, bias=False), nn.LeakyReLU(0.2), nn.ConvTranspose2d(8, 8, 2, stride=2), nn.Flatten(), nn.Linear(8 * 4 * 4, 1))


NETS = {"vocoder": (vocoder, (2, 2, 9)), "discriminator": (discriminator, (3, 1, 8, 8)), "recurrent": (Recurrent, (2, 5, 3))}


def weights(net):
    for module in list(net.modules()):
        if isinstance(module, nn.LSTM):
            yield module, "weight_ih_l0"
            yield module, "weight_hh_l0"
        elif hasattr(module, "weight") and not list(module.children()):
            yield module, "weight"


def wrap(module, name, how):
    kind, ways = how.split()
    if kind == "pruning":
        prune.l1_unstructured(module, name, 0.4)
        prune.random_structured(module, name, 0.3, dim=0)
    else:
        (OLD if ways == "old" else NEW)[kind](module, name)


def unwrap(module, name, how):
    kind, ways = how.split()
    if kind == "pruning":
        prune.remove(module, name)
    elif ways == "new":
        nn.utils.parametrize.remove_parametrizations(module, name, leave_parametrized=True)
    else:
        (nn.utils.remove_weight_norm if kind == "weight_norm" else nn.utils.remove_spectral_norm)(module, name)


def save_folded(net_name, how):
    make, shape = NETS[net_name]
    torch.manual_seed(3)
    net = make()
    targets = list(weights(net))
    if how.endswith("new") and torch.__version__.startswith("1."):
        # That PyTorch's LSTM computes with the original, whatever a parametrization makes of it.
        targets = [(module, name) for module, name in targets if not isinstance(module, nn.LSTM)]
    for module, name in targets:
        wrap(module, name, how)
    optimizer = torch.optim.SGD(net.parameters(), 0.05)
    for _ in range(8):
        optimizer.zero_grad()
        net(torch.randn(*shape)).pow(2).mean().backward()
        optimizer.step()
    net.eval()
    x = torch.randn(*shape)
    with torch.no_grad():
        y = net(x)
    torch.save(net.state_dict(), path + "/state.pt")
    for module, name in targets:
        unwrap(module, name, how)
    torch.save({"x": x, "y": y, "folded": net.state_dict(), "names": list(net.state_dict())}, path + "/called.pt")


def judge_folded(net_name, file):
    make, _ = NETS[net_name]
    net = make()
    said = str(net.load_state_dict(torch.load(path + "/" + file)))
    net.eval()
    called = torch.load(path + "/called.pt")
    with torch.no_grad():
        return [said, str(float((net(called["x"]) - called["y"]).abs().max()))]


# Every dimension and setting; state before, and after PyTorch's own removal.
def save_settings(dtype):
    state, folded, skipped = {}, {}, []
    torch.manual_seed(5)

    def keep(label, module, name, wrapping, removing):
        module = module.to(dtype)
        module.train()
        try:
            wrapping(module)
            module.eval()
            state.update({label + "." + key: value.clone() for key, value in module.state_dict().items()})
            removing(module)
            folded.update({label + "." + key: value.clone() for key, value in module.state_dict().items()})
        except RuntimeError as error:
            state_keys = [key for key in state if key.startswith(label + ".")]
            for key in state_keys:
                state.pop(key)
            skipped.append(label + ": " + str(error))

    def spectral(way, **settings):
        def wrapping(module):
            way(module, "weight", **settings)
            module.train()
            for _ in range(3):
                if way is OLD["spectral_norm"]:
                    for hook in module._forward_pre_hooks.values():
                        hook(module, None)
                else:
                    module.weight
        return wrapping

    layers = {"linear": lambda: nn.Linear(7, 5), "square": lambda: nn.Linear(6, 6), "conv": lambda: nn.Conv2d(3, 4, (2, 3)), "up": lambda: nn.ConvTranspose2d(4, 4, 3), "one": lambda: nn.Conv1d(1, 1, 3), "embed": lambda: nn.Embedding(9, 4)}
    for place, (label, make) in enumerate(layers.items()):
        count = make().weight.dim()
        for dim in [None, -1, *range(count)]:
            keep(f"{label}_wn_{dim}", make(), "weight", lambda m: OLD["weight_norm"](m, "weight", dim=dim), lambda m: nn.utils.remove_weight_norm(m, "weight"))
            if "weight_norm" in NEW:
                keep(f"{label}_wnp_{dim}", make(), "weight", lambda m: NEW["weight_norm"](m, "weight", dim=dim), lambda m: nn.utils.parametrize.remove_parametrizations(m, "weight"))
        for dim in range(count):
            for n, eps in ((1, 1e-12), (3, 1e-4)):
                keep(f"{label}_sn_{dim}_{n}", make(), "weight", spectral(OLD["spectral_norm"], n_power_iterations=n, eps=eps, dim=dim), lambda m: nn.utils.remove_spectral_norm(m, "weight"))
                keep(f"{label}_snp_{dim}_{n}", make(), "weight", spectral(NEW["spectral_norm"], n_power_iterations=n, eps=eps, dim=dim), lambda m: nn.utils.parametrize.remove_parametrizations(m, "weight"))
        keep(f"{label}_prune", make(), "weight", lambda m: prune.l1_unstructured(m, "weight", 0.5), lambda m: prune.remove(m, "weight"))
        keep(f"{label}_nested", make(), "weight", lambda m: (OLD["weight_norm"](m, "weight"), prune.l1_unstructured(m, "weight_v", 0.5)), lambda m: (prune.remove(m, "weight_v"), nn.utils.remove_weight_norm(m, "weight")))
    keep("bias_wn", nn.Linear(3, 4), "bias", lambda m: OLD["weight_norm"](m, "bias"), lambda m: nn.utils.remove_weight_norm(m, "bias"))
    keep("bias_prune", nn.Linear(3, 4), "bias", lambda m: prune.random_unstructured(m, "bias", 0.5), lambda m: prune.remove(m, "bias"))
    torch.save(state, path + "/state.pt")
    torch.save(folded, path + "/folded.pt")
    return [str(len(folded)), *skipped]
