using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>Two convolutions with BatchNorm, Dropout and a linear layer; quickstart.py has the same in Python.</summary>
internal sealed class Net : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = nn.Conv2d(1, 8, 3, padding: 1);
    private readonly BatchNorm2d bn1 = nn.BatchNorm2d(8);
    private readonly Conv2d conv2 = nn.Conv2d(8, 16, 3, padding: 1);
    private readonly BatchNorm2d bn2 = nn.BatchNorm2d(16);
    private readonly Dropout dropout = nn.Dropout(0.4);
    private readonly Linear fc = nn.Linear(16 * 3 * 3, 10);

    // The names of the fields are the names in the state_dict, as in Python.
    internal Net()
        : base(nameof(Net)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = nn.functional.max_pool2d(bn1.forward(conv1.forward(input)).relu(), 2);
        x = nn.functional.max_pool2d(bn2.forward(conv2.forward(x)).relu(), 2);
        return fc.forward(dropout.forward(x.flatten(1))).MoveToOuterDisposeScope();
    }
}
