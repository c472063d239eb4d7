using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Overloads;

/// <summary>The tutorial's lines in a file that names torch's members without torch, as most of TorchSharp's users do.</summary>
public sealed class StaticUsingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AModelIsSavedAndLoaded()
    {
        var path = _folder["model.pt"];
        var saved = Linear(3, 2);
        var model = Linear(3, 2);

        torch.save(saved.state_dict(keep_vars: false), path);
        model.load_state_dict(torch.load(path, weights_only: true));
        model.eval();

        Assert.Equal(Bits.Of(saved), Bits.Of(model));
    }

    [Fact]
    public void ATrainingStateIsSavedAndLoaded()
    {
        var path = _folder["training.tar"];
        var saved = Linear(3, 2);
        var model = Linear(3, 2);

        torch.save(
            new Dictionary<string, object>
            {
                ["epoch"] = 5,
                ["model_state_dict"] = saved.state_dict(keep_vars: false),
                ["loss"] = tensor(0.25),
            },
            path);
        using var checkpoint = torch.load(path, weights_only: true, map_location: "cpu");
        model.load_state_dict(checkpoint["model_state_dict"]);

        Assert.Equal(Bits.Of(saved), Bits.Of(model));
        Assert.Equal(5, (int)checkpoint["epoch"]);
        Assert.Equal(0.25, checkpoint["loss"].tensor().item<double>());
    }

    [Fact]
    public void NamesWithoutTorchAreTorchSharpsAlone()
    {
        save(ones(2), _folder["script.pt"]);

        Assert.Equal(2, load(_folder["script.pt"]).numel());
        using var written = Checkpoint.Open(_folder["script.pt"]);
        Assert.Equal(CheckpointFormat.TorchScript, written.Format);
    }
}
