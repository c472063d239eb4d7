namespace Torchkeep.Cli.Tests;

/// <summary>Modules and names that lie in one another as deep as a file likes, on a thread with little call stack.</summary>
public sealed class DeepModulesTests
{
    private const int StackBytes = 256 << 10;

    [Theory, InlineData(50), InlineData(99), InlineData(500), InlineData(20_000)]
    public void ModulesOfAnyDepthAreShownOrRefused(int depth)
    {
        using var folder = new TemporaryFolder();
        foreach (var className in new[] { "__main__.Net", "torch.nn.modules.container.Sequential" })
        {
            var path = folder.Save(Enumerable.Range(0, depth).Aggregate(WholeModel.Linear(2, 3), (inner, _) => WholeModel.Module(className, [], [], [("0", inner)])));
            OnSmallStack(["inspect", path], ["inspect", "--all", path], ["inspect", "--json", path], ["inspect", "--modules", path], ["scaffold", path], ["verify", "--values", path], ["convert", path, Path.Combine(folder.Path, "out.safetensors")]);
        }
    }

    [Theory, InlineData(99), InlineData(5000)]
    public void NamesOfAnyDepthAreShownOrRefused(int depth)
    {
        using var folder = new TemporaryFolder();
        var name = string.Join('.', Enumerable.Repeat("a", depth));
        var path = folder.Save(new PyDict(isOrdered: true) { [name] = TensorView.FromArray<float>([1], ElementType.Float32, 1) });
        OnSmallStack(["inspect", "--modules", path], ["inspect", path]);
    }

    private static void OnSmallStack(params string[][] runs)
    {
        var codes = new List<int>();
        var thread = new Thread(() => codes.AddRange(runs.Select(run => CommandLine.Run(run).ExitCode)), StackBytes);
        thread.Start();
        thread.Join();
        Assert.Equal(runs.Length, codes.Count);
        Assert.All(codes, code => Assert.InRange(code, 0, 2));
    }
}
