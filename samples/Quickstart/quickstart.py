"""Loads what the quickstart saved, as any PyTorch user would, and prints what the net predicts."""
import json
import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(16)
        self.dropout = nn.Dropout(0.4)
        self.fc = nn.Linear(16 * 3 * 3, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.bn1(self.conv1(x)).relu(), 2)
        x = nn.functional.max_pool2d(self.bn2(self.conv2(x)).relu(), 2)
        return self.fc(self.dropout(x.flatten(1)))


path, samples = sys.argv[1:]
model = Net()
model.load_state_dict(torch.load(path))
model.eval()
saved = torch.load(samples)
with torch.no_grad():
    scores = model(saved["images"])
json.dump({
    "Version": "PyTorch " + torch.__version__,
    "Digits": " ".join(str(digit) for digit in scores.argmax(1).tolist()),
    "Difference": (scores - saved["scores"]).abs().max().item(),
}, sys.stdout)
