using TorchSharp.Modules;
using static TorchSharp.torch;

#region tied-net
internal sealed class Tied : nn.Module<Tensor, Tensor>
{
    private readonly Embedding embedding = nn.Embedding(5, 4);
    private readonly Linear output = nn.Linear(4, 5, hasBias: false);

    internal Tied()
        : base(nameof(Tied))
    {
        output.weight = embedding.weight!;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => output.forward(embedding.forward(input));
}
#endregion
