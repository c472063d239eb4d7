using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Archives;

/// <summary>Weights and constants of an exported program are those of <c>torch.export.load</c>.</summary>
public sealed class TorchExportTests
{
    private const string Split = "constants";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AProgramGivesItsWeightsAndConstants(bool isOld)
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var lines = ArchiveJudge.Run(
            judge, folder, $"weights, constants = archives.save_export(path, old={(isOld ? "True" : "False")}); lines = weights + ['{Split}'] + constants");
        var at = lines.IndexOf(Split);

        using var checkpoint = Checkpoint.Open(folder["program.pt2"]);
        var roots = checkpoint.Roots.ToDictionary(root => root.Path, root => root.Value);
        var state = checkpoint.FindStateDict();
        var constants = ArchiveJudge.Describe(roots["constants"]);

        Assert.Equal(CheckpointFormat.TorchExport, checkpoint.Format);
        Same.Lines(lines[..at], ArchiveJudge.Describe(state));
        Same.Lines(lines[(at + 1)..], isOld ? [.. constants.Order(StringComparer.Ordinal)] : constants);
        Assert.Equal([2, 3], roots["sample_inputs"][0][0].AsTensor().Shape);
        Assert.Same(state["w"].AsTensor().Storage, state["tied"].AsTensor().Storage);
        Assert.Same(state["first"].AsTensor().Storage, state["second"].AsTensor().Storage);
        Assert.True(Assert.IsType<PyTensor>(state["w"]).IsParameter);
    }
}
