"""What PyTorch and safetensors do with the same files: peer.py make|time|verify FOLDER [COUNT]. COUNT matrices of 64 MiB."""
import hashlib
import json
import os
import sys
import time

import torch
from safetensors.torch import load_file, save_file

verb, folder = sys.argv[1:3]
device = "cuda" if torch.cuda.is_available() else "cpu"


def at(name):
    return os.path.join(folder, name)


def digest(tensor):
    tensor = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    return hashlib.sha256(tensor.reshape(-1).view(torch.uint8).numpy().tobytes()).hexdigest()


def make(count):
    torch.manual_seed(0)
    state = {f"block.{i}.weight": torch.randn(4096, 4096) for i in range(count)}
    torch.save(state, at("big.pth"))
    save_file(state, at("big.safetensors"))
    torch.save({f"{i}.weight": state[f"block.{i}.weight"] for i in range(count)}, at("big-net.pth"))
    open(at("count"), "w").write(str(count))
    kinds = {}
    for kind in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool, torch.complex64, torch.complex128):
        for name, shape in (("empty", (0, 3)), ("scalar", ()), ("small", (3, 5)), ("piece", (1024, 2048)), ("odd", (3, 1000, 1001))):
            value = torch.randint(0, 2, shape, dtype=torch.int8) if kind == torch.bool else torch.randn(shape) * 50
            kinds[f"{str(kind)[6:]}.{name}"] = value.to(kind).to(device)
    base = torch.randn(3000, 1000, device=device)
    flat = dict(kinds)
    kinds |= {"tied.a": base, "tied.b": base, "view": base[5:9, ::3], "transposed": base.t()}
    json.dump({name: digest(value) for name, value in kinds.items()}, open(at("hashes.json"), "w"))
    torch.save(kinds, at("kinds.pt"))
    torch.save(kinds, at("kinds.legacy.pt"), _use_new_zipfile_serialization=False)
    save_file(flat, at("kinds.safetensors"))
    net = torch.nn.Sequential(torch.nn.Linear(1024, 2048), torch.nn.BatchNorm1d(2048), torch.nn.Linear(2048, 3, bias=False))
    torch.save(net.state_dict(), at("net.pt"))


def row(name, job, times=5):
    taken = []
    for _ in range(times + 1):
        if device == "cuda":
            torch.cuda.synchronize()
        start = time.perf_counter()
        result = job()
        if device == "cuda":
            torch.cuda.synchronize()
        taken.append((time.perf_counter() - start) * 1e3)
        del result
    first, taken = taken[0], sorted(taken[1:])
    print(f"{name:45} {taken[len(taken) // 2]:8.0f} ms   first {first:6.0f}, {taken[0]:.0f} to {taken[-1]:.0f}", flush=True)


def times(count):
    row("PyTorch load to the device", lambda: torch.load(at("big.pth"), map_location=device))
    row("PyTorch load to the device, mmap", lambda: torch.load(at("big.pth"), map_location=device, mmap=True))
    row("safetensors load to the device", lambda: load_file(at("big.safetensors"), device=device))
    row("PyTorch load to the CPU", lambda: torch.load(at("big.pth"), map_location="cpu"))
    net = torch.nn.Sequential(*[torch.nn.Linear(4096, 4096, bias=False) for _ in range(count)]).to(device)
    row("PyTorch load into a model, mmap", lambda: net.load_state_dict(torch.load(at("big-net.pth"), mmap=True)))
    row("PyTorch save from the device", lambda: torch.save(net.state_dict(), at("saved-py.pth")), 3)
    state = dict(net.state_dict())
    row("safetensors save from the device", lambda: save_file(state, at("saved-py.safetensors")), 3)
    here = torch.empty(4096 * 4096 * count, pin_memory=device == "cuda")
    there = here.to(device)
    row("page-locked copy to the device", lambda: there.copy_(here))
    row("page-locked copy from the device", lambda: here.copy_(there))


def verify():
    expected = json.load(open(at("hashes.json")))
    for name in ("saved.pt", "saved-async.pt"):
        state = torch.load(at(name))
        wrong = [key for key in expected if digest(state[key]) != expected[key] or state[key].device.type != device]
        print(f"{name}: {len(expected)} tensors, {len(wrong)} wrong {wrong[:5]}; tied share: {state['tied.a'].data_ptr() == state['tied.b'].data_ptr()}")
    state = load_file(at("saved.safetensors"))
    print(f"saved.safetensors: {len(state)} tensors, {sum(digest(value) != expected[key] for key, value in state.items())} wrong")


{"make": lambda: make(int(sys.argv[3])), "time": lambda: times(int(sys.argv[3])), "verify": verify}[verb]()
