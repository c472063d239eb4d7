"""Goes on training what the C# sample saved, with the same net, optimizer, data order and random numbers."""
import glob
import os
import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 32)
        self.norm = nn.BatchNorm1d(32)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.dropout(self.norm(self.hidden(x)).relu()))


folder = sys.argv[1]
epochs, batch_size, save_every = 12, 40, 3

torch.set_num_threads(1)
torch.manual_seed(1)
images = torch.randn(400, 8)
targets = (images * images).sum(1, keepdim=True).sin()
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
batches = len(images) // batch_size

path = sorted(glob.glob(os.path.join(folder, "checkpoint-*.pt")))[-1]
loaded = torch.load(path)
model.load_state_dict(loaded["model"])
step, order = loaded["step"], loaded["order"]
torch.set_rng_state(loaded["rng"])
print("resumed from", os.path.basename(path))

model.train()
while step < epochs * batches:
    batch = step % batches
    if batch == 0 and step > 0:
        order = torch.randperm(len(images))
    chosen = order[batch * batch_size:(batch + 1) * batch_size]
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(images[chosen]), targets[chosen])
    loss.backward()
    optimizer.step()
    step += 1
    if step % save_every == 0:
        run = {"model": model.state_dict(), "step": step, "order": order, "rng": torch.get_rng_state()}
        # torch.save writes in place: killed half-way it leaves a part of a file, so the name comes last.
        torch.save(run, os.path.join(folder, "saving"))
        os.replace(os.path.join(folder, "saving"), os.path.join(folder, "checkpoint-%09d.pt" % step))
        print("step %3d  loss %.4f  saved" % (step, loss.item()))

torch.save(model.state_dict(), os.path.join(folder, "model-python.pth"))
print("finished")
