"""The Python side of the tests of optimizers and schedulers: runs in judge.py, which has torch and the path of a folder."""
import copy

nn = torch.nn


def build():
    """A model and its loss, the same bits here and in Training.cs."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            parameter.copy_(((torch.arange(parameter.numel()) * 5 + i) % 11 - 5).view(parameter.shape) / 16)
    model[2].bias.requires_grad_(False)
    return model


def groups_of(model, lr):
    return [{"params": list(model[0].parameters())}, {"params": list(model[2].parameters()), "lr": lr}]


def train(model, optimizer, steps):
    inputs = ((torch.arange(30) * 3) % 8 - 4).view(10, 3) / 8
    targets = ((torch.arange(20) * 5) % 7 - 3).view(10, 2) / 4
    sign = -1 if optimizer.param_groups[0].get("maximize") else 1
    for _ in range(steps):
        optimizer.zero_grad()
        (((model(inputs) - targets) ** 2).mean() * sign).backward()
        optimizer.step()


def shape_of(state):
    """Keys, types and order of an optimizer's state_dict."""
    def of(value):
        if isinstance(value, torch.Tensor):
            return "%s %s" % (list(value.shape), "number" if value.dim() == 0 and value.is_floating_point() else value.dtype)
        return type(value).__name__ if not isinstance(value, (tuple, list)) else [of(item) for item in value]
    lines = ["%s %s" % (list(state), sorted(state["state"]))]
    lines += ["%s %s: %s" % (number, key, of(value)) for number, entry in sorted(state["state"].items()) for key, value in entry.items()]
    return lines + ["%s: %r" % (key, value) for group in state["param_groups"] for key, value in group.items()]


def save_begun(make, lr):
    """Leaves a run after 5 steps, and its weights after 10."""
    model = build()
    optimizer = make(groups_of(model, lr))
    train(model, optimizer, 5)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, path + "/begun.pt")
    train(model, optimizer, 5)
    torch.save(model.state_dict(), path + "/ended.pt")


def continue_begun(make, lr):
    """Goes on with a run for 5 steps; says what the optimizer's state looks like beside that of a run of our own."""
    begun = torch.load(path + "/begun.pt")
    model = build()
    model.load_state_dict(begun["model"])
    optimizer = make(groups_of(model, lr))
    optimizer.load_state_dict(begun["optimizer"])
    train(model, optimizer, 5)
    torch.save(model.state_dict(), path + "/continued.pt")
    own = build()
    reference = make(groups_of(own, lr))
    train(own, reference, 5)
    train_again = copy.deepcopy(begun["optimizer"])
    return ["\n".join(shape_of(reference.state_dict())), "\n".join(shape_of(train_again))]


METRICS = [1.0, 0.9, 0.95, 0.95, 0.95, 0.95, 0.8, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85]


def make_optimizer(name, lr):
    parameters = [{"params": [nn.Parameter(torch.zeros(1))]}] + ([] if name == "Adam" else [{"params": [nn.Parameter(torch.zeros(1))], "lr": lr / 2}])
    return torch.optim.Adam(parameters, lr=lr) if name == "Adam" else torch.optim.SGD(parameters, lr=lr, momentum=0.5)


def schedule(optimizer, scheduler, first, last):
    """The learning rates after each step."""
    lines = []
    for i in range(first, last):
        optimizer.step()
        if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            scheduler.step(METRICS[i])
        else:
            scheduler.step()
        lines += [repr(float(group["lr"])) for group in optimizer.param_groups]
    return lines


def begin_schedule(name, make):
    optimizer = make_optimizer(name, 0.1)
    scheduler = make(optimizer)
    schedule(optimizer, scheduler, 0, 5)
    torch.save({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, path + "/begun.pt")
    return schedule(optimizer, scheduler, 5, 14)


def continue_schedule(name, make):
    """Goes on with a schedule; says also what the state looks like beside that of one of our own."""
    optimizer = make_optimizer(name, 0.3)
    scheduler = make(optimizer)
    own = str(scheduler.state_dict().keys())
    begun = torch.load(path + "/begun.pt")
    theirs = str(begun["scheduler"].keys())
    optimizer.load_state_dict(begun["optimizer"])
    scheduler.load_state_dict(begun["scheduler"])
    return [own, theirs] + schedule(optimizer, scheduler, 5, 14)
