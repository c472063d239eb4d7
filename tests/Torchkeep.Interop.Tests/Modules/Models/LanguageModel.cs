using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules.Models;

/// <summary>Two submodules share a parameter; modules.py has its like.</summary>
internal sealed class LanguageModel : nn.Module<Tensor, Tensor>
{
    private readonly Embedding encoder = nn.Embedding(50, 8);
    private readonly LSTM lstm = nn.LSTM(8, 8, numLayers: 2, batchFirst: true);
    private readonly Linear decoder = nn.Linear(8, 50);

    internal LanguageModel()
        : base(nameof(LanguageModel))
    {
        decoder.weight = encoder.weight!;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => decoder.call(lstm.call(encoder.call(input)).Item1);
}
