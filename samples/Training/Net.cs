using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Training;

/// <summary>Two layers with BatchNorm and Dropout between; training.py has the same in Python.</summary>
internal sealed class Net : nn.Module<Tensor, Tensor>
{
    private readonly Linear hidden = nn.Linear(8, 32, hasBias: false);
    private readonly BatchNorm1d norm = nn.BatchNorm1d(32);
    private readonly Dropout dropout = nn.Dropout(0.3);
    private readonly Linear output = nn.Linear(32, 1);

    internal Net()
        : base(nameof(Net)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = dropout.forward(norm.forward(hidden.forward(input)).relu());
        return output.forward(x).MoveToOuterDisposeScope();
    }
}
