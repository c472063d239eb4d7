using Torchkeep.Interop.Tests.PyTorch;

namespace Torchkeep.Interop.Tests.Archives;

/// <summary>The state_dict of a TorchScript archive is that of <c>torch.jit.load</c>.</summary>
public sealed class TorchScriptTests
{
    public static TheoryData<string, string> Scripts =>
    [
        .. from interpreter in Interpreters.Names
           from name in new[] { "scripted", "traced", "function", "frozen", "quantized" }
           select new TheoryDataRow<string, string>(interpreter, name),
    ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void AScriptGivesTheStateDictOfTheLoadedModule(string interpreter, string name) =>
        Compare(interpreter, $"lines = archives.save_script(path, '{name}')");

    [Theory]
    [MemberData(nameof(Interpreters.Theory), MemberType = typeof(Interpreters))]
    public void AnArchiveForPhonesGivesItToo(string interpreter) => Compare(interpreter, "lines = archives.save_mobile(path)");

    private static void Compare(string interpreter, string code)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var expected = ArchiveJudge.Run(judge, folder, code);

        using var checkpoint = Checkpoint.Open(folder["script.pt"]);

        Assert.Equal(CheckpointFormat.TorchScript, checkpoint.Format);
        Same.Lines(expected, ArchiveJudge.Describe(checkpoint.FindStateDict()));
    }
}
