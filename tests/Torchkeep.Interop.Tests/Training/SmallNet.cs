using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Training;

/// <summary>The net of the scenarios, with Dropout and BatchNorm so that eval() matters; <see cref="Python"/> is the same.</summary>
internal sealed class SmallNet : nn.Module<Tensor, Tensor>
{
    internal const string Python = """
        import os
        from torch import nn
        class Net(nn.Module):
            def __init__(self, outputs=2):
                super().__init__()
                self.fc1 = nn.Linear(3, 4)
                self.bn = nn.BatchNorm1d(4)
                self.dropout = nn.Dropout(0.5)
                self.fc2 = nn.Linear(4, outputs)
            def forward(self, x):
                return self.fc2(self.dropout(self.bn(self.fc1(x)).relu()))
        def file(name):
            return os.path.join(path, name)
        inputs = torch.arange(6.0).reshape(2, 3)
        def train(model, optimizer, scheduler, steps):
            model.eval()
            for _ in range(steps):
                optimizer.zero_grad()
                loss = model(inputs).pow(2).mean()
                loss.backward()
                optimizer.step()
                if scheduler:
                    scheduler.step()
            return loss
        lines = []

        """;

    private readonly Linear fc1 = nn.Linear(3, 4);
    private readonly BatchNorm1d bn = nn.BatchNorm1d(4);
    private readonly Dropout dropout = nn.Dropout(0.5);
    private readonly Linear fc2;

    internal SmallNet(int outputs = 2)
        : base("Net")
    {
        fc2 = nn.Linear(4, outputs);
        RegisterComponents();
    }

    internal static Tensor Inputs => arange(6f).reshape(2, 3);

    public override Tensor forward(Tensor input) => fc2.forward(dropout.forward(bn.forward(fc1.forward(input)).relu()));
}
