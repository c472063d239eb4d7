using System.Runtime.InteropServices;
using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;

namespace PublicApi.Tests.Snippets;

/// <summary>What TorchSharp's own methods of the same names do.</summary>
public sealed class LookAlikes : Sandbox
{
    private const string PATH = "model.pth";

    private readonly Net model = new();

    [Fact]
    public void LoadOfAPathAloneReadsTorchScriptOnly()
    {
        torch.save(model.state_dict(keep_vars: false), PATH);
        var error = Assert.Throws<ExternalException>(() => torch.load(PATH));
        Assert.Contains("failed locating file constants.pkl", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SaveOfATensorOrNumberWritesTorchScript()
    {
        torch.save(torch.zeros(3), "tensor.pt");
        torch.save(7, "number.pt");
        torch.save(new float[3], "numbers.pt");
        foreach (var file in Directory.EnumerateFiles(".", "*.pt"))
        {
            using var written = Checkpoint.Open(file);
            Assert.Equal(CheckpointFormat.TorchScript, written.Format);
        }
    }

    [Fact]
    public void LoadStateDictOfADictionaryBroadcastsAndStopsHalfWay()
    {
        using var linear = nn.Linear(3, 4);
        linear.load_state_dict(new() { ["weight"] = torch.ones(1, 3), ["bias"] = torch.ones(4) });
        Assert.Equal(12, linear.weight.sum().ToSingle());

        Assert.Throws<ExternalException>(() => linear.load_state_dict(new() { ["bias"] = torch.zeros(4), ["weight"] = torch.zeros(2, 3) }));
        Assert.Equal(0, linear.bias!.sum().ToSingle());

        #region dictionary
        using var layer = nn.Linear(3, 4);
        nn.init.zeros_(layer.bias!);
        var state = new Dictionary<string, Tensor> { ["bias"] = torch.ones(4), ["weight"] = torch.ones(1, 3) };
        try
        {
            layer.load_state_dict(state, assign: false);
        }
        catch (StateDictException)
        {
            Console.WriteLine(layer.bias!.sum().ToSingle());
        }
        #endregion

        Assert.Equal("0", Assert.Single(Written));
    }

    [Fact]
    public void StateDictWithoutAnArgumentHasAnotherOrderAndLiveParameters()
    {
        var theirs = model.state_dict();
        Assert.Equal(["bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked"], theirs.Keys.TakeLast(3));
        Assert.True(theirs["fc.weight"].requires_grad);

        torch.save(theirs, PATH);
        using var checkpoint = Checkpoint.Open(PATH);
        Assert.Equal(theirs.Keys, checkpoint.Tensors.Select(tensor => tensor.Name));
        Assert.All(checkpoint.Tensors, tensor => Assert.False(tensor.Value.RequiresGrad || tensor.Value.IsParameter));
        Assert.Null(((PyDict)checkpoint.Root).Attributes);
        Assert.Empty(model.load_state_dict(PATH).missing_keys);
    }

    [Fact]
    public void ThePrefixOfTheirsHasNoDot() => Assert.StartsWith("net..", model.state_dict(prefix: "net.").Keys.First(), StringComparison.Ordinal);

    [Fact]
    public void SaveAndLoadOfAModuleAreAFormatOfTheirOwn()
    {
        model.save("model.dat");
        using (var theirs = Checkpoint.Open("model.dat"))
        {
            Assert.Equal(CheckpointFormat.TorchSharp, theirs.Format);
        }

        torch.save(model.state_dict(keep_vars: false), PATH);
        Assert.Throws<ArgumentException>(() => model.load(PATH));
    }

    [Fact]
    public void FieldsThatAreNotRegisteredAreMissed()
    {
        using var forgetful = new Forgetful();
        Assert.Empty(forgetful.state_dict());
        var error = Assert.Throws<InvalidOperationException>(() => forgetful.state_dict(keep_vars: false));
        Assert.Contains("RegisterComponents()", error.Message, StringComparison.Ordinal);
    }

    private sealed class Forgetful() : nn.Module<Tensor, Tensor>(nameof(Forgetful))
    {
        private readonly TorchSharp.Modules.Linear fc = nn.Linear(1, 1);

        public override Tensor forward(Tensor input) => fc.forward(input);
    }
}
