using System.Globalization;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>The state_dict of every kind of module goes both ways, and the module then does the same on both sides.</summary>
public sealed class ModuleTests : TorchSharpTests
{
    public static TheoryData<string, string> Rows => Where(row => row.OnlyInPyTorch.Length == 0);

    public static TheoryData<string, string> RowsWithBuffersOfPyTorchAlone => Where(row => row.OnlyInPyTorch.Length > 0);

    [Theory]
    [MemberData(nameof(Rows))]
    public void OursIsLoadedByPyTorch(string interpreter, string module)
    {
        var (judge, row) = Find(interpreter, module);
        using var folder = judge.NewFolder();
        SaveOurs(row, folder);

        var lines = judge.RunModules(folder, $"lines = load_ours({row.Python})");

        Assert.Equal("<All keys matched successfully>", lines[0]);
        Assert.InRange(double.Parse(lines[1], CultureInfo.InvariantCulture), 0, Outputs.Tolerance);
        var (theirs, ours) = (lines[2].Split('\n'), lines[3].Split('\n'));
        if (row.IsReordered)
        {
            Assert.NotEqual(theirs, ours);
            (theirs, ours) = ([.. theirs.Order(StringComparer.Ordinal)], [.. ours.Order(StringComparer.Ordinal)]);
        }

        if (row.OfAnotherType is { } key)
        {
            Assert.NotEqual(theirs, ours);
            (theirs, ours) = (Without(key, theirs), Without(key, ours));
        }

        Assert.Equal(theirs, ours);

        static string[] Without(string key, string[] lines) => [.. lines.Where(line => !line.StartsWith(key, StringComparison.Ordinal))];
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void PyTorchsIsLoadedByUs(string interpreter, string module)
    {
        var (judge, row) = Find(interpreter, module);
        using var folder = judge.NewFolder();
        SaveOurs(row, folder);
        judge.RunModules(folder, $"save_theirs({row.Python}); lines = []");
        using var scope = torch.NewDisposeScope();
        using var loading = row.Make();
        loading.eval();

        var keys = loading.load_state_dict(torch.load(folder["model.pt"], weights_only: true));

        Assert.Equal("<All keys matched successfully>", keys.ToString());
        if (!row.IsReordered && row.OfAnotherType is null)
        {
            torch.save(loading.state_dict(keep_vars: false), folder["again.pt"]);
            using var theirs = Checkpoint.Open(folder["model.pt"]);
            using var again = Checkpoint.Open(folder["again.pt"]);
            Same.Lines(Description.Of(theirs.Root), Description.Of(again.Root));
        }

        CheckOutputs(row, loading, folder);
    }

    [Theory]
    [MemberData(nameof(RowsWithBuffersOfPyTorchAlone))]
    public void ABufferThatTorchSharpLacksIsMissingThereAndUnexpectedHere(string interpreter, string module)
    {
        var (judge, row) = Find(interpreter, module);
        using var folder = judge.NewFolder();
        SaveOurs(row, folder);
        var keys = string.Join(", ", row.OnlyInPyTorch.Select(key => $"'{key}'"));
        var quoted = keys.Replace('\'', '"');

        var strict = Assert.Throws<JudgeException>(() => judge.RunModules(folder, $"lines = load_ours({row.Python})"));
        var lines = judge.RunModules(folder, $"lines = load_ours({row.Python}, strict=False)");
        judge.RunModules(folder, $"save_theirs({row.Python}); lines = []");
        using var loading = row.Make();
        var ours = Assert.Throws<StateDictException>(() => loading.load_state_dict(folder["model.pt"]));
        var found = loading.load_state_dict(folder["model.pt"], strict: false);

        Assert.Contains($"Missing key(s) in state_dict: {quoted}. ", strict.Message, StringComparison.Ordinal);
        Assert.Equal($"_IncompatibleKeys(missing_keys=[{keys}], unexpected_keys=[])", lines[0]);
        Assert.Contains($"Unexpected key(s) in state_dict: {quoted}. ", ours.Message, StringComparison.Ordinal);
        Assert.Equal(row.OnlyInPyTorch, found.unexpected_keys);
        Assert.Empty(found.missing_keys);
    }

    private static TheoryData<string, string> Where(Func<ModuleRow, bool> condition) =>
    [
        .. from interpreter in Interpreters.Names
           from row in ModuleRows.All
           where condition(row) && !(row.NeedsNewest && interpreter == Interpreters.Old)
           select new TheoryDataRow<string, string>(interpreter, row.Python),
    ];

    private static (Judge Judge, ModuleRow Row) Find(string interpreter, string module) =>
        (Judge.Named(interpreter), ModuleRows.All.Single(row => row.Python == module));

    /// <summary>Leaves the state_dict of a module of ours, what it was called with, and what it returned.</summary>
    private static void SaveOurs(ModuleRow row, JudgeFolder folder)
    {
        using var scope = torch.NewDisposeScope();
        using var sampler = new Sampler(1);
        using var module = sampler.Fill(row.Make());
        module.eval();
        var inputs = row.Inputs?.Invoke(sampler) ?? [];
        var outputs = row.Inputs is null ? [] : ModuleCalls.Call(module, inputs);
        torch.save(module.state_dict(keep_vars: false), folder["model.pt"]);
        torch.save_checkpoint((inputs, outputs), folder["called.pt"]);
    }

    private static void CheckOutputs(ModuleRow row, torch.nn.Module module, JudgeFolder folder)
    {
        if (row.Inputs is null)
        {
            return;
        }

        using var called = torch.load(folder["called.pt"], weights_only: true);
        using var made = torch.load(folder["outputs.pt"], weights_only: true);
        Outputs.Check(made.tensors(), ModuleCalls.Call(module, [.. called[0].tensors()]));
    }
}
