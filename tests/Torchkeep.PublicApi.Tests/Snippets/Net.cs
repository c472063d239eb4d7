#region net
using TorchSharp.Modules;
using static TorchSharp.torch;

internal sealed class Net : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = nn.Conv2d(1, 8, 3);
    private readonly BatchNorm2d bn1 = nn.BatchNorm2d(8);
    private readonly Dropout dropout = nn.Dropout(0.4);
    private readonly Linear fc = nn.Linear(8 * 4 * 4, 10);

    internal Net()
        : base(nameof(Net)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = bn1.forward(conv1.forward(input)).relu();
        return fc.forward(dropout.forward(x.flatten(1))).MoveToOuterDisposeScope();
    }
}
#endregion
