"""The jobs of the table as PyTorch and safetensors do them, and the files that all contenders share.

peer.py make FOLDER            writes the files of the table
peer.py make FOLDER COUNT SIDE writes COUNT matrices of SIDE x SIDE float32 as growth.pt
peer.py JOB FOLDER             runs a job and prints one line of JSON
"""
import json
import os
import sys
import time

import torch

REPEATS = 5
WARM_UP_SECONDS = 2
PAGE = 4096


def matrices(count, side):
    return {f"layers.{i}.weight": torch.rand(side, side) for i in range(count)}


def make(folder, count=None, side=None):
    from safetensors.torch import save_file

    if count is not None:
        torch.save(matrices(int(count), int(side)), f"{folder}/growth.pt")
        return

    import torchvision

    for name, state in (
        ("big", lambda: matrices(32, 4096)),
        ("small", lambda: matrices(20000, 16)),
        ("resnet50", lambda: torchvision.models.resnet50().state_dict()),
    ):
        if not os.path.exists(f"{folder}/{name}.safetensors"):
            tensors = state()
            torch.save(tensors, f"{folder}/{name}.pt")
            save_file(dict(tensors), f"{folder}/{name}.safetensors")


def listed(tensors):
    return [(name, tensor.shape, tensor.dtype) for name, tensor in tensors.items()]


def listed_by_slices(path):
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return [(name, file.get_slice(name).get_shape(), file.get_slice(name).get_dtype()) for name in file.keys()]


def touched(tensors):
    step = PAGE // 4
    return sum(float(tensor.view(-1)[::step].sum()) for tensor in tensors.values())


def mapped(path):
    return torch.load(path, mmap=True)


def slices(path):
    from safetensors.torch import load_file

    return load_file(path)


def resnet50():
    import torchvision

    return torchvision.models.resnet50()


def flat(folder):
    model = torch.nn.Module()
    for i in range(32):
        model.register_parameter(f"w{i}", torch.nn.Parameter(torch.zeros(4096, 4096)))
    return model


def one_of(path):
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return file.get_tensor("layers.7.weight")


def saver(name):
    def prepare(folder):
        tensors = torch.load(f"{folder}/{name}.pt")
        return lambda: torch.save(tensors, f"{folder}/out.pt")

    return prepare


def safetensors_saver(name):
    def prepare(folder):
        from safetensors.torch import save_file

        tensors = dict(torch.load(f"{folder}/{name}.pt"))
        return lambda: save_file(tensors, f"{folder}/out.safetensors")

    return prepare


def into_resnet50(folder):
    model = resnet50()
    return lambda: model.load_state_dict(torch.load(f"{folder}/resnet50.pt"))


def safetensors_into_resnet50(folder):
    from safetensors.torch import load_file

    model = resnet50()
    return lambda: model.load_state_dict(load_file(f"{folder}/resnet50.safetensors"))


def into_big(folder):
    model = flat(folder)

    def load():
        state = torch.load(f"{folder}/big.pt")
        model.load_state_dict({f"w{i}": tensor for i, tensor in enumerate(state.values())})

    return load


# What is prepared is not timed; what it gives is.
JOBS = {
    "torch-open-big": lambda folder: lambda: listed(mapped(f"{folder}/big.pt")),
    "safetensors-open-big": lambda folder: lambda: listed_by_slices(f"{folder}/big.safetensors"),
    "torch-open-small": lambda folder: lambda: listed(mapped(f"{folder}/small.pt")),
    "safetensors-open-small": lambda folder: lambda: listed_by_slices(f"{folder}/small.safetensors"),
    "safetensors-tensors-small": lambda folder: lambda: slices(f"{folder}/small.safetensors"),
    "torch-load-big": lambda folder: lambda: torch.load(f"{folder}/big.pt"),
    "torch-touch-big": lambda folder: lambda: touched(mapped(f"{folder}/big.pt")),
    "safetensors-touch-big": lambda folder: lambda: touched(slices(f"{folder}/big.safetensors")),
    "torch-into-resnet50": into_resnet50,
    "safetensors-into-resnet50": safetensors_into_resnet50,
    "torch-into-big": into_big,
    "torch-save-big": saver("big"),
    "safetensors-save-big": safetensors_saver("big"),
    "torch-save-resnet50": saver("resnet50"),
    "safetensors-save-resnet50": safetensors_saver("resnet50"),
    "torch-part-big": lambda folder: lambda: mapped(f"{folder}/big.pt")["layers.7.weight"].clone(),
    "safetensors-part-big": lambda folder: lambda: one_of(f"{folder}/big.safetensors").clone(),
    "torch-open-growth": lambda folder: lambda: listed(mapped(f"{folder}/growth.pt")),
    "torch-load-growth": lambda folder: lambda: torch.load(f"{folder}/growth.pt"),
}


def figure(file, key):
    with open(f"/proc/self/{file}") as lines:
        return next((int(line.split()[1]) for line in lines if line.startswith(key + ":")), 0)


def measure(run):
    start = time.perf_counter()
    run()
    first = (time.perf_counter() - start) * 1000
    while time.perf_counter() - start < WARM_UP_SECONDS:
        run()
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    before, read = figure("status", "VmRSS") * 1024, figure("io", "rchar")
    run()
    peak, read = figure("status", "VmHWM") * 1024 - before, figure("io", "rchar") - read
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return {"first": first, "milliseconds": times, "peak": max(peak, 0), "read": read}


if __name__ == "__main__":
    job, folder, *rest = sys.argv[1:]
    if job == "make":
        make(folder, *rest)
    elif job == "versions":
        import safetensors

        print(json.dumps({"torch": torch.__version__, "safetensors": safetensors.__version__}))
    elif job == "list":
        listed(mapped(f"{folder}/big.pt"))
    else:
        print(json.dumps(measure(JOBS[job](folder))))
