using Torchkeep.Interop.Tests.Modules.Models;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>One parameter under two names is one storage in the file, and stays one parameter when it is loaded.</summary>
public sealed class TiedTests : TorchSharpTests
{
    [Theory]
    [MemberData(nameof(Interpreters.Theory), MemberType = typeof(Interpreters))]
    public void OfTwoSubmodules(string interpreter)
    {
        using var module = new LanguageModel();

        Check(interpreter, module, "LanguageModel()", [("encoder.weight", "decoder.weight")]);
    }

    [Theory]
    [MemberData(nameof(Interpreters.Theory), MemberType = typeof(Interpreters))]
    public void OfTwoFields(string interpreter)
    {
        using var module = new TiedFields();

        Check(interpreter, module, "TiedFields()", [("first", "second"), ("left.weight", "right.weight"), ("left.bias", "right.bias")]);
    }

    private static void Check(string interpreter, torch.nn.Module module, string python, (string First, string Second)[] pairs)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        using var scope = torch.NewDisposeScope();
        using var sampler = new Sampler(1);
        sampler.Fill(module);

        torch.save(module.state_dict(keep_vars: false), folder["ours.pt"]);

        using (var ours = Checkpoint.Open(folder["ours.pt"]))
        {
            Assert.Equal(ours.Tensors.Count - pairs.Length, ours.Tensors.Select(tensor => tensor.View.Storage).Distinct().Count());
            Assert.All(pairs, pair => Assert.Same(ours.FindTensor(pair.First).Storage, ours.FindTensor(pair.Second).Storage));
        }

        var lines = judge.RunModules(folder, $$"""
            ours = torch.load(path + "/ours.pt")
            module = {{python}}
            module.load_state_dict(ours)
            torch.save(randomize(module).state_dict(), path + "/theirs.pt")
            parameters = module.state_dict()
            lines = [str(state[a].data_ptr() == state[b].data_ptr()) for a, b in [{{string.Join(", ", pairs.Select(pair => $"('{pair.First}', '{pair.Second}')"))}}] for state in (ours, parameters)]
            """);

        Assert.Equal(Enumerable.Repeat("True", 2 * pairs.Length), lines);

        module.load_state_dict(torch.load(folder["theirs.pt"], weights_only: true));

        var loaded = module.state_dict(keep_vars: true);
        using var theirs = torch.load(folder["theirs.pt"], weights_only: true);
        Assert.All(theirs.state_dict(), entry => Assert.Equal(Bits.Of(entry.Value), Bits.Of(loaded[entry.Key])));
        using var noGradients = torch.no_grad();
        foreach (var (first, second) in pairs)
        {
            loaded[first].zero_();
            Assert.Equal(Bits.Of(loaded[first]), Bits.Of(loaded[second]));
        }
    }
}
