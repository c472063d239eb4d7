using System.Globalization;
using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep.Interop.Tests.Optim;

/// <summary>A run that one side begins and the other goes on with.</summary>
public sealed class OptimizerTests : TorchSharpTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var interpreter in Interpreters.Names)
            {
                foreach (var row in OptimizerCases.All.Where(row => row.IsPyTorchs))
                {
                    cases.Add(interpreter, row.Name);
                }
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void WhatPyTorchBeganIsEndedAsPyTorchWould(string interpreter, string name)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var row = OptimizerCases.Named(name);
        PyOptim.Run(judge, folder, $"save_begun(lambda groups: {row.Python}, {Text(row.LearningRate)})\nlines = []");

        var run = new Training(row.BuildBare).Load(folder["begun.pt"]).Step(5);

        Assert.InRange(run.DistanceTo(folder["ended.pt"]), 0, ToleranceFor(judge, name));
    }

    [Theory, MemberData(nameof(Cases))]
    public void WhatWasBegunHereIsEndedByPyTorchAsHere(string interpreter, string name)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var row = OptimizerCases.Named(name);
        var run = new Training(row.Build).Step(5);
        run.Save(folder["begun.pt"]);

        var shapes = PyOptim.Run(judge, folder, $"lines = continue_begun(lambda groups: {row.Python}, {Text(row.LearningRate)})");

        Assert.InRange(run.Step(5).DistanceTo(folder["continued.pt"]), 0, ToleranceFor(judge, name));
        if (interpreter == Interpreters.Newest)
        {
            Assert.Equal(shapes[0].Split('\n'), shapes[1].Split('\n'));
        }
    }

    [Fact]
    public void NamesAreWrittenAsPyTorchWritesThem()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        var run = new Training((a, b) => new SGD([.. a, .. b], 0.1, momentum: 0.9)).Step(2);
        torch.save(run.Optimizer.state_dict(run.Model), folder["named.pt"]);

        var lines = PyOptim.Run(
            judge,
            folder,
            """
            model = build()
            own = torch.optim.SGD(model.named_parameters(), lr=0.1, momentum=0.9)
            train(model, own, 2)
            saved = torch.load(path + "/named.pt")
            lines = ["\n".join(shape_of(own.state_dict())), "\n".join(shape_of(saved))]
            own.load_state_dict(saved)
            """);

        Assert.Equal(lines[0].Split('\n'), lines[1].Split('\n'));
    }

    /// <summary>As a training that several processes share leaves it; the names find the parameters in another order.</summary>
    [Theory]
    [InlineData("get_optimizer_state_dict(model, optimizer)")]
    [InlineData("get_optimizer_state_dict(model, optimizer, options=StateDictOptions(flatten_optimizer_state_dict=True))")]
    [InlineData("torch.optim.Optimizer.state_dict(named)")]
    public void AStateWithNamesIsLoadedByName(string call)
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        PyOptim.Run(
            judge,
            folder,
            $$"""
            from torch.distributed.checkpoint.state_dict import get_optimizer_state_dict, StateDictOptions
            model = build()
            optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
            train(model, optimizer, 5)
            named = torch.optim.Adam(model.named_parameters(), lr=0.01)
            named.load_state_dict(optimizer.state_dict())
            model[2].bias.requires_grad_(False)
            begun = {"model": model.state_dict(), "optimizer": {{call}}}
            torch.save(begun, path + "/begun.pt")
            train(model, optimizer, 5)
            torch.save(model.state_dict(), path + "/ended.pt")
            lines = []
            """);

        var run = new Training((a, b) => new Adam([.. b.Reverse(), .. a]));
        using var loaded = torch.load(folder["begun.pt"], weights_only: true);
        run.Model.load_state_dict(loaded["model"]);
        run.Optimizer.load_state_dict(loaded["optimizer"], run.Model);

        Assert.InRange(run.Step(5).DistanceTo(folder["ended.pt"]), 0, 1e-6);
    }

    [Theory]
    [InlineData("Adafactor(parameters)", "Adafactor")]
    [InlineData("Muon([model[0].weight])", "Muon")]
    [InlineData("SparseAdam(parameters)", "SparseAdam")]
    [InlineData("LBFGS(parameters)", "LBFGS")]
    [InlineData("RAdam(parameters)", "RAdam")]
    [InlineData("AdamW(parameters)", "'decoupled_weight_decay'")]
    [InlineData("Adam(parameters, decoupled_weight_decay=True)", "'decoupled_weight_decay'")]
    [InlineData("Adam(parameters, differentiable=True)", "'differentiable'")]
    public void AnOptimizerThatIsAnotherInPyTorchIsRefusedByName(string optimizer, string found)
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        PyOptim.Run(
            judge,
            folder,
            $$"""
            model = build()
            parameters = list(model.parameters())
            torch.save(torch.optim.{{optimizer}}.state_dict(), path + "/other.pt")
            lines = []
            """);
        var run = new Training((a, b) => new Adam([.. a, .. b]));
        using var loaded = torch.load(folder["other.pt"], weights_only: true);

        var error = Assert.Throws<StateDictException>(() => run.Optimizer.load_state_dict(loaded));

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Error(s) in loading state_dict for Adam:\n\tgroup 0 ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foreach=True", "'foreach': True")]
    [InlineData("fused=True", "'fused': True")]
    [InlineData("capturable=True", "'capturable': True")]
    [InlineData("lr=torch.tensor(0.5)", "'lr': 0.5")]
    public void WhatOnlyChoosesHowToComputeIsKeptForTheNextSave(string option, string kept)
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        PyOptim.Run(
            judge,
            folder,
            $$"""
            optimizer = torch.optim.Adam(build().parameters(), {{option}})
            optimizer.param_groups[0]["my key"] = [1, "two", torch.tensor([3.0])]
            torch.save(optimizer.state_dict(), path + "/theirs.pt")
            lines = []
            """);
        var run = new Training((a, b) => new Adam([.. a, .. b]));
        using (var loaded = torch.load(folder["theirs.pt"], weights_only: true))
        {
            run.Optimizer.load_state_dict(loaded);
        }

        torch.save(run.Optimizer.state_dict(), folder["ours.pt"]);
        var line = PyOptim.Run(
            judge,
            folder,
            """
            theirs, ours = (torch.load(path + name) for name in ("/theirs.pt", "/ours.pt"))
            keys = [list(state["param_groups"][0]) for state in (theirs, ours)]
            lines = [str(keys[0] == keys[1]) + str(ours)]
            torch.optim.Adam(build().parameters()).load_state_dict(ours)
            """)[0];

        Assert.StartsWith("True", line, StringComparison.Ordinal);
        Assert.Contains(kept, line, StringComparison.Ordinal);
        Assert.Contains("'my key': [1, 'two', tensor([3.])]", line, StringComparison.Ordinal);
    }

    // PyTorch 1.13 multiplies NAdam's product by mu twice.
    private static double ToleranceFor(Judge judge, string name) => judge.IsOld && name.StartsWith("NAdam", StringComparison.Ordinal) ? 1e-4 : 1e-6;

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
