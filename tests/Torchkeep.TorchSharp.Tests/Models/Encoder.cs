using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Models;

/// <summary>A class of the user's with tied weights, a frozen one, a buffer that no state_dict has, and a setting.</summary>
[PythonClass("net.Encoder", Formerly = "old.place.Net *.TextEncoder")]
internal sealed class Encoder : nn.Module<Tensor, Tensor>
{
    internal readonly Linear first = nn.Linear(3, 3);
    internal readonly Sequential body = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(3), nn.Linear(3, 3, hasBias: false));
    internal readonly Parameter gain = nn.Parameter(ones(3), requires_grad: false);

    public Encoder()
        : base(nameof(Encoder))
    {
        ((Linear)body[2]).weight = first.weight!;
        register_buffer("mask", ones(3), persistent: false);
        RegisterComponents();
    }

    /// <summary>Written as an attribute of the Python object.</summary>
    public double Scale { get; set; } = 2;

    public override Tensor forward(Tensor input) => body.call(first.call(input)) * gain * get_buffer("mask")! * Scale;
}
