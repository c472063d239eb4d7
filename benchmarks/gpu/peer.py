"""What PyTorch and safetensors do for run.sh: they make the files, judge what the program saved, and take their own times."""

import hashlib
import json
import os
import sys
import time

import torch
from safetensors.torch import load_file, save_file
from torch import nn

MODE, FOLDER = sys.argv[1], sys.argv[2]
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
COUNT = int(os.environ.get("GPU_BENCH_TENSORS", "32"))
WIDTH = 4096


def at(name):
    return os.path.join(FOLDER, name)


def sha(tensor):
    tensor = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
    if tensor.numel() == 0:
        return hashlib.sha256(b"").hexdigest()
    return hashlib.sha256(tensor.reshape(-1).view(torch.uint8).numpy().tobytes()).hexdigest()


def save(name, tensors, legacy=False):
    torch.save(tensors, at(name), _use_new_zipfile_serialization=not legacy)
    truth = {key: {"sha256": sha(value), "device": str(value.device)} for key, value in tensors.items() if isinstance(value, torch.Tensor)}
    with open(at(name + ".json"), "w") as file:
        json.dump(truth, file)


def bits(count, dtype):
    size = torch.empty(0, dtype=dtype).element_size()
    raw = torch.randint(0, 256, (count * size,), dtype=torch.uint8)
    return raw.remainder(2).bool() if dtype == torch.bool else raw.view(dtype)


def train():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2)).to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), amsgrad=True)
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.randn(4, 3, 8, 8, device=DEVICE)).pow(2).mean().backward()
        optimizer.step()
    return model, optimizer


def make_small():
    torch.manual_seed(0)
    dtypes = [
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
        torch.bool, torch.complex64, torch.complex128, torch.float8_e4m3fn, torch.float8_e5m2,
    ]
    tensors = {str(dtype).split(".")[1]: bits(1000, dtype).to(DEVICE) for dtype in dtypes}
    grid = torch.randn(40, 60, device=DEVICE)
    tensors.update(
        view=grid[3:20], column=grid[:, 7], transposed=grid.t(), reversed_rows=grid.flip(0), scalar=torch.tensor(1.5, device=DEVICE),
        empty=torch.empty(0, 3, device=DEVICE), conj=torch.randn(50, dtype=torch.complex64, device=DEVICE).conj(),
        neg=torch.randn(50, dtype=torch.complex64, device=DEVICE).conj().imag, parameter=nn.Parameter(torch.randn(7, 5, device=DEVICE)), here=torch.randn(9),
        broadcast=torch.randn(5, 1, device=DEVICE).expand(5, 6),
    )
    save("all.pt", tensors)
    save("all.legacy.pt", tensors, legacy=True)
    mib = 1 << 20
    sizes = [1, 15, mib, 4 * mib - 4, 4 * mib, 4 * mib + 4, 9 * mib + 12, 16 * mib, 33 * mib + 4]
    pieces = {f"f32.{size}": bits(size // 4 + 1, torch.float32).to(DEVICE) for size in sizes}
    pieces.update({f"u8.{size}": bits(size + 1, torch.uint8).to(DEVICE) for size in sizes})
    pieces.update({f"c128.{size}": bits(size // 16 + 1, torch.complex128).to(DEVICE) for size in sizes})
    pieces.update({f"small.{i}": bits(i + 1, torch.uint8).to(DEVICE) for i in range(500)})
    save("pieces.pt", pieces)
    shared = torch.randn(3 << 20, device=DEVICE)
    torch.save({"a": shared, "b": shared}, at("tied.pt"))
    linear = {"weight": torch.randn(5170, 1031), "bias": torch.randn(5170)}
    torch.save(linear, at("linear.pt"))
    torch.save({"weight": linear["weight"].t().contiguous().t(), "bias": linear["bias"]}, at("transposed.pt"))
    damaged = bytearray(open(at("linear.pt"), "rb").read())
    damaged[len(damaged) // 2] ^= 1
    open(at("damaged.pt"), "wb").write(damaged)
    model, optimizer = train()
    torch.save({"model": model.state_dict(), "opt": optimizer.state_dict()}, at("train.pt"))
    torch.save(model, at("whole.pt"))


def make_large():
    torch.manual_seed(1)
    state = {f"{i}.weight": torch.randn(WIDTH, WIDTH) for i in range(COUNT)}
    torch.save(state, at("big.pth"))
    save_file(state, at("big.safetensors"))
    torch.save({"weight": torch.cat(list(state.values()))}, at("one.pth"))
    small = {f"layer.{i}.weight": torch.randn(16, 16) for i in range(20000)}
    torch.save(small, at("small.pth"))
    save_file(small, at("small.safetensors"))
    os.sync()


def judge():
    wrong = []
    for name in ["all.pt", "all.legacy.pt", "pieces.pt"]:
        with open(at(name + ".json")) as file:
            truth = json.load(file)
        for kind in ["back", "async"]:
            loaded = torch.load(at(f"{kind}-{name}"), weights_only=True)
            wrong += [f"{kind}-{name}: {key}" for key, value in truth.items() if sha(loaded[key]) != value["sha256"]]
            wrong += [f"{kind}-{name}: {key} on {loaded[key].device}" for key in truth if loaded[key].device.type != DEVICE]
    with open(at("pieces.pt.json")) as file:
        truth = json.load(file)
    loaded = load_file(at("back.safetensors"), device=DEVICE)
    wrong += [f"safetensors: {key}" for key, value in truth.items() if not key.startswith("c128") and sha(loaded[key]) != value["sha256"]]
    run = torch.load(at("from-run.pt"), weights_only=True)
    model, optimizer = train()
    model.load_state_dict(run["model"])
    optimizer.load_state_dict(run["opt"])
    model.eval()
    difference = float((model(run["x"]) - run["y"]).abs().max().detach())
    wrong += [f"from-run: the model gives other values, by {difference}"] if difference > 1e-4 else []
    whole = torch.load(at("from-whole.pt"), weights_only=False)
    wrong += [] if all(p.device.type == DEVICE for p in whole.parameters()) else ["from-whole: a device"]
    print("PyTorch judges: all right" if not wrong else "PyTorch judges WRONG: " + "; ".join(wrong[:20]))


def say(job, who, run, count=5, before=None):
    times = []
    for _ in range(count + 1):
        if before:
            before()
        if DEVICE == "cuda":
            torch.cuda.synchronize()
        start = time.perf_counter()
        result = run()
        if DEVICE == "cuda":
            torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1e3)
        del result
    rest = sorted(times[1:])
    print(f"RESULT|{job}|{who}|{rest[len(rest) // 2]:.1f}|{rest[0]:.1f}|{times[0]:.1f}|", flush=True)


def measure():
    def load(name, device, mmap=False):
        return torch.load(at(name), map_location=device, weights_only=True, mmap=mmap)

    def ready():
        if os.path.exists(at("peer.saved")):
            os.remove(at("peer.saved"))
        os.sync()

    say("to the GPU", "PyTorch", lambda: load("big.pth", DEVICE), count=3)
    say("to the GPU", "PyTorch mmap", lambda: load("big.pth", DEVICE, mmap=True))
    say("to the GPU", "safetensors", lambda: load_file(at("big.safetensors"), device=DEVICE))
    say("to the GPU, 20,000 tensors", "PyTorch mmap", lambda: load("small.pth", DEVICE, mmap=True), count=3)
    say("to the GPU, 20,000 tensors", "safetensors", lambda: load_file(at("small.safetensors"), device=DEVICE), count=3)
    say("to the CPU", "PyTorch", lambda: load("big.pth", "cpu"), count=3)
    say("to the CPU", "PyTorch mmap (reads nothing)", lambda: load("big.pth", "cpu", mmap=True), count=3)
    net = nn.Sequential(*[nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(COUNT)]).to(DEVICE)
    say("into a model on the GPU", "PyTorch mmap", lambda: net.load_state_dict(load("big.pth", None, mmap=True)))
    say("saved from the GPU", "PyTorch", lambda: torch.save(net.state_dict(), at("peer.saved")), count=2, before=ready)
    state = dict(net.state_dict())
    say("saved from the GPU", "safetensors", lambda: save_file(state, at("peer.saved")), count=2, before=ready)
    ready()
    pinned = torch.empty(WIDTH * WIDTH * COUNT, pin_memory=DEVICE == "cuda")
    there = pinned.to(DEVICE)
    say("to the GPU", "one pinned copy", lambda: there.copy_(pinned))
    say("async_save: until it returns", "one pinned copy", lambda: pinned.copy_(there))


def table():
    rows = {}
    for line in sys.stdin:
        if line.startswith("RESULT|"):
            _, job, who, median, least, first, stages = line.rstrip("\n").split("|", 6)
            rows.setdefault(job, []).append((who, float(median), float(least), float(first), stages))
    for job, entries in rows.items():
        print(f"\n{job}")
        mine = next((entry[1] for entry in entries if entry[0] == "after"), None)
        for who, median, least, first, stages in sorted(entries, key=lambda entry: entry[1]):
            ratio = f"after is {mine / median:5.2f} of it" if mine and who != "after" else ""
            print(f"  {who:34} {median:9.1f} ms  least {least:9.1f}  first {first:9.1f}  {ratio}  {stages}")


{"small": make_small, "large": make_large, "judge": judge, "time": measure, "table": table}[MODE]()
