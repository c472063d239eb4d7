using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules.Models;

/// <summary>Children, parameters and both kinds of buffers, declared in no tidy order; modules.py has its like.</summary>
internal sealed class Custom : nn.Module<Tensor, Tensor>
{
    private readonly Sequential zeta = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4));
    private readonly Parameter scale = nn.Parameter(ones(4));
    private readonly Linear alpha = nn.Linear(4, 2, hasBias: false);
    private readonly Parameter frozen = nn.Parameter(ones([]), requires_grad: false);

    internal Custom()
        : base(nameof(Custom))
    {
        RegisterComponents();
        register_buffer("offset", zeros(2));
        register_buffer("mask", ones(4), persistent: false);
        register_buffer("seen", tensor(3L));
    }

    public override Tensor forward(Tensor input) =>
        (alpha.call(zeta.call(input) * scale * get_buffer("mask")!) * frozen) + get_buffer("offset")! + get_buffer("seen")!;
}
