"""Goes on training what the C# sample saved: the same net, optimizer, schedule, order of the data and random numbers."""
import glob
import os
import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 32, bias=False)
        self.norm = nn.BatchNorm1d(32)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        return self.output(self.dropout(self.norm(self.hidden(x)).relu()))


folder = sys.argv[1]
samples, batch_size, save_every = 400, 40, 3
batches_an_epoch = samples // batch_size
steps = 12 * batches_an_epoch

torch.set_num_threads(1)
torch.manual_seed(1)
inputs = torch.randn(samples, 8)
targets = (inputs * inputs).sum(1, keepdim=True).sin()
model = Net()
optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)

path = sorted(glob.glob(os.path.join(folder, "checkpoint-*.pt")))[-1]
loaded = torch.load(path)
model.load_state_dict(loaded["model"])
optimizer.load_state_dict(loaded["optimizer"])
scheduler.load_state_dict(loaded["scheduler"])
step, order = loaded["step"], loaded["order"]
torch.set_rng_state(loaded["rng"])
print("resumed from", os.path.basename(path))

model.train()
while step < steps:
    batch = step % batches_an_epoch
    if batch == 0 and step > 0:
        order = torch.randperm(samples)
    chosen = order[batch * batch_size:(batch + 1) * batch_size]
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(inputs[chosen]), targets[chosen])
    loss.backward()
    optimizer.step()
    scheduler.step()
    step += 1
    if step % save_every == 0:
        run = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
            "step": step,
            "order": order,
            "rng": torch.get_rng_state(),
        }
        # torch.save writes in place: killed half-way it leaves a part of a file, so the name comes last.
        torch.save(run, os.path.join(folder, "saving"))
        os.replace(os.path.join(folder, "saving"), os.path.join(folder, "checkpoint-%09d.pt" % step))
        print("step %3d  loss %.4f  saved" % (step, loss.item()))

torch.save(model.state_dict(), os.path.join(folder, "model-python.pth"))
print("finished")
