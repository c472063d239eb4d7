#region the-model-class
using Torchkeep;
using TorchSharp.Modules;
using static TorchSharp.torch;

[PythonClass("net.TheModelClass", Formerly = "old.place.Net *.ModelV1")]
internal sealed class TheModelClass : nn.Module<Tensor, Tensor>
{
    internal readonly Embedding embed = nn.Embedding(100, 16);
    private readonly Linear fc = nn.Linear(16, 2);

    public TheModelClass()
        : base(nameof(TheModelClass)) => RegisterComponents();

    /// <summary>An attribute of the Python object, which its forward needs.</summary>
    public double temperature { get; set; } = 1;

    public override Tensor forward(Tensor input) => fc.call(embed.call(input)) / temperature;
}
#endregion
