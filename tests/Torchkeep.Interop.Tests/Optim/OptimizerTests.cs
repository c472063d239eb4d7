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

    public static TheoryData<string> Judges => Interpreters.Theory;

    public static TheoryData<string, string, string> Misfits
    {
        get
        {
            var misfits = new TheoryData<string, string, string>();
            foreach (var interpreter in Interpreters.Names)
            {
                misfits.Add(interpreter, "SGD(parameters, lr=0.5, momentum=0.9)", "group 0 is not of Adam but of SGD");
                misfits.Add(interpreter, "RMSprop(parameters)", "group 0 is not of Adam but of RMSprop");
                misfits.Add(interpreter, "Adam([{'params': parameters[:2]}, {'params': parameters[2:]}])", "a different number of parameter groups: 2, and the optimizer has 1");
                misfits.Add(interpreter, "Adam(parameters[:3])", "group 0 has 3 parameters, and the optimizer's 4");
                misfits.Add(interpreter, "Adam([parameters[2], parameters[1], parameters[0], parameters[3]])", "size mismatch, torch.Size([2, 4]) where the parameter has torch.Size([4, 3])");
                misfits.Add(interpreter, "Adam([torch.nn.Parameter(torch.ones(4, 3, 1))] + parameters[1:])", "size mismatch, torch.Size([4, 3, 1])");
            }

            return misfits;
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

    /// <summary>Files of PyTorch that do not fit, of which some would load there.</summary>
    [Theory]
    [MemberData(nameof(Misfits))]
    public void AFileThatDoesNotFitLeavesEverythingAsItWas(string interpreter, string optimizer, string expected)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        PyOptim.Run(
            judge,
            folder,
            $$"""
            model = build()
            parameters = list(model.parameters())
            optimizer = torch.optim.{{optimizer}}
            for parameter in (parameter for group in optimizer.param_groups for parameter in group["params"]):
                parameter.grad = torch.ones_like(parameter)
            optimizer.step()
            torch.save(optimizer.state_dict(), path + "/other.pt")
            lines = []
            """);
        var run = new Training((a, b) => new Adam([.. a, .. b], 0.1)).Step(3);
        run.Save(folder["run.pt"]);
        var before = File.ReadAllBytes(folder["run.pt"]);
        using var loaded = torch.load(folder["other.pt"], weights_only: true);

        var error = Assert.Throws<StateDictException>(() => run.Optimizer.load_state_dict(loaded));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        run.Save(folder["run.pt"]);
        Assert.Equal(before, File.ReadAllBytes(folder["run.pt"]));
        Assert.Equal(new Training((a, b) => new Adam([.. a, .. b], 0.1)).Step(6).Weights, run.Step(3).Weights);
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void NumbersOfNumpyAreNumbers(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        PyOptim.Run(
            judge,
            folder,
            """
            import numpy
            optimizer = torch.optim.SGD(build().parameters(), lr=numpy.float64(0.25), momentum=numpy.float32(0.5), nesterov=numpy.bool_(True))
            optimizer.param_groups[0]["mine"] = [numpy.int64(7)]
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, numpy.int64(3), numpy.float64(0.5))
            torch.save([optimizer.state_dict(), scheduler.state_dict()], path + "/theirs.pt")
            lines = []
            """);
        var run = new Training((a, b) => new SGD([.. a, .. b], 1));
        var scheduler = torch.optim.lr_scheduler.StepLR(run.Optimizer, 100);
        using (var loaded = torch.load(folder["theirs.pt"], weights_only: true))
        {
            run.Optimizer.load_state_dict(loaded[0]);
            scheduler.load_state_dict(loaded[1]);
        }

        torch.save(new object[] { run.Optimizer.state_dict(), scheduler.state_dict() }, folder["ours.pt"]);
        var line = PyOptim.Run(judge, folder, "lines = [str(torch.load(path + '/ours.pt'))]")[0];

        Assert.Contains("'lr': 0.25, 'momentum': 0.5,", line, StringComparison.Ordinal);
        Assert.Contains("'nesterov': True,", line, StringComparison.Ordinal);
        Assert.Contains("'mine': [7]", line, StringComparison.Ordinal);
        Assert.Contains("'step_size': 3, 'gamma': 0.5,", line, StringComparison.Ordinal);
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
