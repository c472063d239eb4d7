using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.EntireModels.Models;

/// <summary>The class of models.py of that name, tied weights, settings and a buffer that no state_dict has among what it is made of.</summary>
[PythonClass("net.TheModelClass", Formerly = "old.place.Net *.TheModelClas")]
public sealed class TheModelClass : nn.Module<Tensor, Tensor>
{
    internal readonly Embedding embed = nn.Embedding(10, 4);
    private readonly LSTM lstm = nn.LSTM(4, 4, batchFirst: true);
    private readonly Sequential head = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 10, hasBias: false));
    private readonly Parameter gain = nn.Parameter(ones(4));

    public TheModelClass()
        : base(nameof(TheModelClass))
    {
        ((Linear)head[1]).weight = embed.weight!;
        register_buffer("mask", ones(4), persistent: false);
        RegisterComponents();
    }

    /// <summary>What the Python class's forward multiplies by.</summary>
    public double scale { get; set; } = 2;

    [PythonIgnore]
    private readonly Action _log = () => { };

    public override Tensor forward(Tensor input)
    {
        _log();
        var (output, _, _) = lstm.call(embed.call(input));
        return head.call(output * gain * get_buffer("mask")!) * scale;
    }
}
