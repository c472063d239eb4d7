"""Makes files/ with real PyTorch: a network as ONNX without its weights, its weights, and what it computes: python3 make_files.py."""

import warnings
from collections import OrderedDict
from pathlib import Path

import torch

warnings.simplefilter("ignore")
folder = Path(__file__).parent / "files"
torch.manual_seed(1)
model = torch.nn.Sequential(OrderedDict(fc1=torch.nn.Linear(4, 8), act=torch.nn.ReLU(), fc2=torch.nn.Linear(8, 2))).eval()
x = torch.randn(3, 4)
torch.save(model.state_dict(), folder / "net.pth")
torch.save({"x": x, "y": model(x).detach()}, folder / "expected.pth")

# Without its parameters the graph has them as inputs, under the names of the state_dict.
torch.onnx.export(model, x, str(folder / "net.onnx"), export_params=False, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "rows"}, "y": {0: "rows"}})
