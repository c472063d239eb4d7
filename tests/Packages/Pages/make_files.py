"""Makes files/, which programs beside it read: `python3 make_files.py`, with a real PyTorch."""

from collections import OrderedDict
from pathlib import Path

import torch

folder = Path(__file__).parent / "files"
torch.manual_seed(1)
model = torch.nn.Sequential(OrderedDict(fc1=torch.nn.Linear(4, 8), act=torch.nn.ReLU(), fc2=torch.nn.Linear(8, 2)))
torch.jit.script(model).save(str(folder / "scripted.pt"))

# What TorchSharp's exportsd.save_state_dict writes: numbers below 128 are one byte of LEB128, and 6 is float32.
with open(folder / "model.dat", "wb") as stream:
    state = model.state_dict()
    stream.write(bytes([len(state)]))
    for name, tensor in state.items():
        stream.write(bytes([len(name)]) + name.encode() + bytes([6, tensor.dim(), *tensor.shape]) + tensor.numpy().tobytes())
