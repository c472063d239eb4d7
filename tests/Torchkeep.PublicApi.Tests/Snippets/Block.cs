#region block-class
using Torchkeep;
using TorchSharp.Modules;
using static TorchSharp.torch;

internal sealed class Block : nn.Module<Tensor, Tensor>
{
    private readonly Linear up;
    private readonly Linear down;

    public Block(SavedModule saved)
        : base(nameof(Block))
    {
        up = saved.child<Linear>("up");
        down = saved.child<Linear>("down");
        scale = saved["scale"].AsDouble();
        RegisterComponents();
    }

    public double scale { get; }

    public override Tensor forward(Tensor input) => input + (down.call(up.call(input).relu()) * scale);
}
#endregion
