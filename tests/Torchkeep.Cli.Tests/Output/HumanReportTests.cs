using Torchkeep.Cli.Output;

namespace Torchkeep.Cli.Tests.Output;

public sealed class HumanReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACheckpointIsATree() => Golden.Check("training.txt", Tree(Samples.Training()));

    [Fact]
    public void EveryKindOfValueIsShown() => Golden.Check("every-kind.txt", Tree(Samples.EveryKind()));

    [Fact]
    public void ALongRunIsFolded() => Golden.Check("5000-tensors.txt", Tree(Samples.Layers(5000)));

    [Fact]
    public void HashesAreShownWhenAskedFor() => Golden.Check("training-hash.txt", Tree(Samples.Training(), "--hash"));

    [Fact]
    public void AScreenHasAWidth()
    {
        var outcome = CommandLine.RunOnScreen(60, noColor: true, "inspect", _folder.Save(Samples.EveryKind()));

        var tree = outcome.Output.Split('\n').Skip(3).ToList();
        Assert.All(tree, line => Assert.InRange(TextCut.Columns(line), 0, 60));
        Golden.Check("every-kind-60.txt", string.Join('\n', tree));
    }

    [Fact]
    public void NoColoursWhereNobodyLooks()
    {
        var file = _folder.Save(Samples.EveryKind());

        Assert.Contains("\x1b[", CommandLine.RunOnScreen(100, noColor: false, "inspect", file).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\x1b", CommandLine.RunOnScreen(100, noColor: true, "inspect", file).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\x1b", CommandLine.Run("inspect", file).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AllShowsAll()
    {
        var outcome = CommandLine.Run("inspect", _folder.Save(Samples.Layers(5000)), "--all");

        Assert.Equal(5000 + 4, outcome.Output.TrimEnd('\n').Split('\n').Length);
        Assert.DoesNotContain("more", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheHeadSaysWhatTheFileIs()
    {
        var file = _folder.Save(Samples.Training());

        var lines = CommandLine.Run("inspect", file).Output.Split('\n');

        Assert.Equal($"{file}: PyTorch zip archive, {Quantity.Bytes(new FileInfo(file).Length)}", lines[0]);

        // fc.weight and head.weight are two views of twelve elements; PyTorch counts both.
        Assert.Equal("4 tensors, 39 parameters, 108 B in 3 storages", lines[1]);
    }

    [Fact]
    public void ManyNestedRunsEndAfterSomeLines()
    {
        var root = new PyList(Enumerable.Range(0, 90).Select(_ => (PyValue)new PyList(Enumerable.Range(0, 90).Select(_ => (PyValue)new PyList(new PyList(new PyList(1)))))));

        var tree = Tree(root);

        Assert.InRange(tree.Split('\n').Length, 400, 1000);
        Assert.Contains("more (--all shows them)", tree, StringComparison.Ordinal);
    }

    [Fact]
    public void ADeepObjectIsNotDrawnToItsEnd()
    {
        var root = new PyList();
        for (var i = 0; i < 100_000; i++)
        {
            root = new PyList(root, new PyDict { { "weight", TensorView.FromArray(new float[1], ElementType.Float32, 1) } });
            if (i > 200)
            {
                root.Items.RemoveAt(1);
            }
        }

        var tree = Tree(root, "--all");

        Assert.InRange(tree.Length, 1, 100_000);
        Assert.Contains("... 1 more (too deep to draw: --json lists them)", tree, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatClosesACycleNamesWhatIsAbove()
    {
        var root = new PyList(1);
        root.Items.Add(root);

        Assert.Equal("$: list of 2\n├── [0]: 1\n└── [1]: $ (above)\n", Tree(root));
    }

    private string Tree(PyValue root, params string[] arguments)
    {
        var outcome = CommandLine.Run(["inspect", _folder.Save(root), .. arguments]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        return string.Join('\n', outcome.Output.Split('\n').Skip(3));
    }
}
