"""Saves a ResNet-18 of torchvision, a picture, and what the network says of it: python3 resnet18.py FOLDER.

With access to the hub, weights="DEFAULT" in place of None downloads the weights that were trained on ImageNet. Without, they are
torchvision's own initialisation. Both are the same file to whoever reads it.
"""

import sys

import torch
import torchvision

folder = sys.argv[1]
torch.manual_seed(1)
model = torchvision.models.resnet18(weights=None).eval()
torch.save(model.state_dict(), f"{folder}/resnet18.pth")

picture = torch.rand(1, 3, 64, 64)
with torch.no_grad():
    torch.save({"picture": picture, "scores": model(picture)}, f"{folder}/expected.pth")
