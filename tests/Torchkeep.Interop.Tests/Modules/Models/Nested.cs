using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules.Models;

/// <summary>All containers in one module; modules.py has its like.</summary>
internal sealed class Nested : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<nn.Module<Tensor, Tensor>> layers = nn.ModuleList<nn.Module<Tensor, Tensor>>(
        nn.Linear(3, 4), nn.Sequential(("norm", nn.BatchNorm1d(4)), ("act", nn.PReLU(4))));

    private readonly ModuleDict<nn.Module<Tensor, Tensor>> heads = nn.ModuleDict<nn.Module<Tensor, Tensor>>(
        ("second", nn.Linear(4, 2)), ("first", nn.LayerNorm(4)));

    private readonly ParameterList scales = nn.ParameterList(nn.Parameter(ones(4)), nn.Parameter(ones([])));
    private readonly ParameterDict shifts = nn.ParameterDict(("a", nn.Parameter(zeros(4))), ("b", nn.Parameter(zeros(2))));

    internal Nested()
        : base(nameof(Nested)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        foreach (var layer in layers)
        {
            input = layer.call(input);
        }

        input = (input * scales[0] * scales[1]) + shifts["a"];
        return heads["second"].call(heads["first"].call(input)) + shifts["b"];
    }
}
