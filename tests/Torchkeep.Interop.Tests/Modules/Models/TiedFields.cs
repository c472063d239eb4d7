using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules.Models;

/// <summary>Two fields hold one parameter, and two one child; modules.py has its like.</summary>
internal sealed class TiedFields : nn.Module<Tensor, Tensor>
{
    private readonly Parameter first;
    private readonly Parameter second;
    private readonly Linear left;
    private readonly Linear right;

    internal TiedFields()
        : base(nameof(TiedFields))
    {
        first = second = nn.Parameter(ones(3));
        left = right = nn.Linear(3, 3);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => right.call(left.call(input * first)) * second;
}
