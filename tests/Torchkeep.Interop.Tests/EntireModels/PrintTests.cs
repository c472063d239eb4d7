using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.EntireModels;

/// <summary>What torchkeep inspect --modules writes is what the newest PyTorch's print(model) does, but for what stands behind a #.</summary>
public sealed class PrintTests
{
    private const int Head = 3;

    public static TheoryData<string> Pythons => Interpreters.Theory;

    [Theory]
    [MemberData(nameof(Pythons))]
    public void OfModelsOfOwnClasses(string interpreter)
    {
        var (judge, newest) = (Judge.Named(interpreter), Judge.Named(Interpreters.Newest));
        using var written = judge.NewFolder();
        using var folder = newest.NewFolder();
        var names = EntireModel.Run(judge, written, "lines = save_nets()");
        foreach (var name in names)
        {
            File.Copy(written[$"{name}.pt"], folder[$"{name}.pt"]);
        }

        var expected = EntireModel.Run(
            newest, folder, """
            nets()
            lines = [line for name in "NAMES".split() for line in repr(torch.load("%s/%s.pt" % (path, name), weights_only=False)).split("\n")]
            """.Replace("NAMES", string.Join(' ', names), StringComparison.Ordinal));

        Assert.Equal(expected, names.SelectMany(name => Printed(folder[$"{name}.pt"])));
    }

    [Fact]
    public void OfEveryLayer()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var layers = EntireModel.Run(
            judge, folder, """
            save_layers()
            everything = nn.ModuleDict({"n%d" % number: torch_load("%d.pt" % number) for number in range(len(LAYERS))})
            everything["same"] = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU(), nn.ReLU(), nn.ReLU(), nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.ReLU())])
            torch.save(everything, path + "/everything.pt")
            lines = repr(everything).split("\n")
            """);

        Assert.Equal(layers, Printed(folder["everything.pt"]));
    }

    [Fact]
    public void ScriptedModulesHaveTheSameNamesAndCounts()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var counts = EntireModel.Run(
            judge, folder, """
            net = nn.Sequential(collections.OrderedDict(a=nn.Linear(3, 4), b=nn.BatchNorm1d(4), c=nn.Sequential(nn.PReLU(4), nn.Linear(4, 2, bias=False))))
            torch.save(net, path + "/whole.pt")
            torch.save(net.state_dict(), path + "/state.pt")
            torch.jit.save(torch.jit.script(net), path + "/script.pt")
            lines = ["%d parameters, %d B" % (sum(p.numel() for p in part.parameters()), sum(t.numel() * t.element_size() for t in part.state_dict().values()))
                     for part in net.modules() if list(part.state_dict())]
            """);

        Assert.Equal(counts, Weights(folder["whole.pt"]));
        Assert.Equal(counts, Weights(folder["script.pt"]));
        Assert.Equal(counts, Weights(folder["state.pt"]));
        Assert.Equal(
            ["Sequential(", "  (a): Linear()", "  (b): BatchNorm1d()", "  (c): Sequential(", "    (0): PReLU()", "    (1): Linear()", "  )", ")"], Printed(folder["script.pt"]));
        Assert.Equal(
            ["Module(", "  (a): Module(weight, bias)", "  (b): Module(weight, bias, running_mean, running_var, num_batches_tracked)", "  (c): Module(", "    (0): Module(weight)",
                "    (1): Module(weight)", "  )", ")"],
            Printed(folder["state.pt"]));
    }

    private static string[] Printed(string file) => [.. Lines(file).Select(line => line.Split("  # ")[0])];

    private static IEnumerable<string> Weights(string file) =>
        Lines(file).Where(line => line.Contains("  # ", StringComparison.Ordinal)).Select(line => line.Split("  # ")[1]);

    private static IEnumerable<string> Lines(string file) => CommandLine.Run("inspect", "--modules", file).TrimEnd('\n').Split('\n').Skip(Head);
}
