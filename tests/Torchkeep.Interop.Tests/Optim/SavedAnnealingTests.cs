using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>What a scheduler's file says of its function counts, and not what the constructor here was given.</summary>
public sealed class SavedAnnealingTests : TorchSharpTests
{
    public static TheoryData<string> Pythons => Interpreters.Theory;

    public static TheoryData<string, string, bool> Rows =>
    [
        .. from interpreter in Interpreters.Names
           from strategy in new[] { "linear", "cos" }
           from isBuiltAsLinear in new[] { true, false }
           select new TheoryDataRow<string, string, bool>(interpreter, strategy, isBuiltAsLinear),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void OneCycleGoesOnWithTheFilesAnnealing(string interpreter, string strategy, bool isBuiltAsLinear)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var rates = judge.RunModules(folder, $"""
            layer = torch.nn.Linear(3, 2)
            optimizer = torch.optim.SGD(layer.parameters(), 0.1, momentum=0.9)
            scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=20, anneal_strategy="{strategy}")
            for _ in range(7):
                optimizer.step()
                scheduler.step()
            torch.save(dict(model=layer.state_dict(), optimizer=optimizer.state_dict(), scheduler=scheduler.state_dict()), path + "/run.pt")
            lines = []
            for _ in range(8):
                optimizer.step()
                scheduler.step()
                lines.append(repr(optimizer.param_groups[0]["lr"]))
            """);
        using var layer = nn.Linear(3, 2);
        using var optimizer = optim.SGD(layer.parameters(), 0.1, momentum: 0.9);
        var scheduler = optim.lr_scheduler.OneCycleLR(
            optimizer, 0.5, 20, anneal_strategy: isBuiltAsLinear ? optim.lr_scheduler.impl.OneCycleLR.AnnealStrategy.Linear : optim.lr_scheduler.impl.OneCycleLR.AnnealStrategy.Cos);
        using var loaded = torch.load(folder["run.pt"], weights_only: true);

        optimizer.load_state_dict(loaded["optimizer"]);
        scheduler.load_state_dict(loaded["scheduler"]);

        foreach (var rate in rates)
        {
            scheduler.step();
            Assert.Equal(double.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), optimizer.ParamGroups.First().LearningRate, 12);
        }
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public void AnEntryThatNoOptimizerHasIsLeftOut(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        judge.RunModules(folder, """
            layer = torch.nn.Linear(3, 2)
            optimizer = torch.optim.Adam(layer.parameters())
            layer(torch.ones(1, 3)).sum().backward()
            optimizer.step()
            optimizer.state[layer.weight]["ema"] = torch.ones(2, 3)
            optimizer.state[layer.bias]["note"] = "mine"
            state = optimizer.state_dict()
            torch.optim.Adam(layer.parameters()).load_state_dict(state)
            torch.save(state, path + "/optimizer.pt")
            lines = []
            """);
        using var layer = nn.Linear(3, 2);
        using var optimizer = optim.Adam(layer.parameters());
        using var loaded = torch.load(folder["optimizer.pt"], weights_only: true);

        optimizer.load_state_dict(loaded);

        using var file = new MemoryStream();
        torch.save(optimizer.state_dict(), file);
        file.Position = 0;
        using var again = torch.load(file);
        Assert.Equal(["step", "exp_avg", "exp_avg_sq"], again["state"][0].keys());
    }
}
