using System.Runtime.InteropServices;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Modules;

/// <summary>What PyTorch says of a state_dict that does not fit, we say; and where it throws, the module stays as it was.</summary>
public sealed class MisfitTests : TorchSharpTests
{
    public static TheoryData<string, string> Rows =>
    [
        .. from interpreter in Interpreters.Names
           from row in Misfits.All
           where !(row.IsSinceNewest && interpreter == Interpreters.Old)
           select new TheoryDataRow<string, string>(interpreter, row.Name),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void WeSayWhatPyTorchSays(string interpreter, string name)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var row = Misfits.All.Single(one => one.Name == name);

        var said = judge.RunModules(folder, $"""
            module = {row.Python}
            state = module.state_dict()
            {row.Change}
            torch.save(state, path + "/model.pt")
            lines = [try_to_load({row.Python}, state, strict) for strict in (True, False)]
            """);

        using var module = row.Make();
        using var loaded = torch.load(folder["model.pt"], weights_only: true);
        Assert.Equal(row.Ours is { } strictly ? strictly.Said : Escaped(said[0]), WithoutHint(row, TryToLoad(module, () => module.load_state_dict(loaded))));
        Assert.Equal(row.Ours is { } loosely ? loosely.Said : Escaped(said[1]), Unhinted(TryToLoad(module, () => module.load_state_dict(loaded, strict: false))));
        if (row.Ours is not null)
        {
            Assert.NotEqual(row.Ours.Value.Said, said[0]);
        }

        if (loaded.value is PyDict { Count: > 0 } dict && dict.All(entry => entry.Value is PyTensor { View.Storage.Location: "cpu" }) && row.Ours is null)
        {
            var inMemory = loaded.state_dict();
            Assert.Equal(Escaped(said[0]), WithoutHint(row, TryToLoad(module, () => module.load_state_dict(inMemory))));
            Assert.Equal(Escaped(said[1]), Unhinted(TryToLoad(module, () => module.load_state_dict(inMemory, strict: false))));
        }
    }

    private static string WithoutHint(Misfit row, string said)
    {
        if (row.Hint is not null)
        {
            Assert.Contains(row.Hint, said, StringComparison.Ordinal);
        }

        return Unhinted(said);
    }

    private static string Unhinted(string said) => said.Split("\n\tHint: ")[0];

    [Fact]
    public void ACorruptByteInALateTensorChangesNothing()
    {
        using var sampler = new Sampler(1);
        using var module = sampler.Fill(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)));
        using var file = new MemoryStream();
        torch.save(module.state_dict(keep_vars: false), file);
        var bytes = file.ToArray();
        using (var whole = Checkpoint.Open(bytes))
        {
            var late = whole.FindTensor("1.running_var").ToArray<float>();
            bytes[bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>(late))] ^= 1;
        }

        sampler.Fill(module);
        var before = Bits.Of(module);
        using var loaded = torch.load(new MemoryStream(bytes));

        Assert.Throws<InvalidCheckpointException>(() => module.load_state_dict(loaded));
        Assert.Throws<InvalidCheckpointException>(() => module.load_state_dict(loaded, assign: true));

        Assert.Equal(before, Bits.Of(module));
    }

    [Fact]
    public void ASparseTensorInMemoryChangesNothing()
    {
        using var scope = torch.NewDisposeScope();
        using var module = nn.Linear(3, 2);
        var before = Bits.Of(module);
        var state = new StateDict { ["weight"] = torch.zeros(2, 3), ["bias"] = torch.ones(2).to_sparse() };

        Assert.Contains("to_dense()", Assert.Throws<StateDictException>(() => module.load_state_dict(state)).Message, StringComparison.Ordinal);

        Assert.Equal(before, Bits.Of(module));
    }

    [Fact]
    public void ADisposedParameterIsNamed()
    {
        torch.nn.Module module;
        using (torch.NewDisposeScope())
        {
            module = nn.ModuleList<torch.nn.Module>(nn.Linear(3, 2), nn.GRU(2, 2));
        }

        Assert.Contains(
            "'weight_ih_l0' of GRU has been disposed", Assert.Throws<InvalidOperationException>(() => module.state_dict(keep_vars: false)).Message, StringComparison.Ordinal);
    }

    private static string TryToLoad(torch.nn.Module module, Func<IncompatibleKeys> load)
    {
        var before = Bits.Of(module);
        try
        {
            return load().ToString();
        }
        catch (Exception error) when (error is StateDictException or ArgumentException)
        {
            Assert.Equal(before, Bits.Of(module));
            return $"{(error is StateDictException ? "RuntimeError" : "TypeError")}: {error.Message}";
        }
    }

    // PyTorch writes a line feed and a tab in a name as they are, whatever a terminal makes of them.
    private static string Escaped(string said) => said.Replace("e\n\t", "e\\u000a\\u0009", StringComparison.Ordinal);
}
