using System.Globalization;
using System.Text;
using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep.Interop.Tests.EntireModels;

/// <summary>Each of PyTorch's layers that TorchSharp has, pickled whole: loaded here and the same in both modes, and back.</summary>
public sealed class LayerTests : TorchSharpTests
{
    public static TheoryData<string> Pythons => Interpreters.Theory;

    [Theory]
    [MemberData(nameof(Pythons))]
    public void EveryLayerGoesBothWays(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var expressions = EntireModel.Run(judge, folder, "lines = save_layers()");
        var problems = new StringBuilder();
        var registry = new ModuleRegistry();
        for (var i = 0; i < expressions.Count; i++)
        {
            try
            {
                Load(folder, i, registry);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                problems.AppendLine($"{expressions[i]}: {error.GetType().Name}: {error.Message}");
            }
        }

        problems.AppendJoin('\n', EntireModel.Run(judge, folder, "lines = check_saved()"));
        LoadNested(folder, expressions, registry, problems);
        problems.AppendJoin('\n', EntireModel.Run(judge, folder, "lines = check_nested()"));
        if (problems.Length > 0)
        {
            Assert.Fail(problems.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Pythons))]
    public void WhatTorchSharpHasNotIsRefusedByNameAndPlace(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        using var folder = judge.NewFolder();
        var expected = EntireModel.Run(
            judge, folder, """
            for number, (expression, said) in enumerate(REFUSED): torch.save(eval(expression), "%s/%d.pt" % (path, number))
            lines = [said for _, said in REFUSED]
            """);

        for (var i = 0; i < expected.Count; i++)
        {
            var error = Assert.Throws<NotSupportedException>(() => torch.load_model(folder[$"{i}.pt"]));
            Assert.Contains(expected[i], error.Message, StringComparison.Ordinal);
        }
    }

    private static void Load(JudgeFolder folder, int number, ModuleRegistry registry)
    {
        using var scope = torch.NewDisposeScope();
        using var model = torch.load_model(folder[$"{number}.pt"], registry);
        using var called = torch.load(folder[$"{number}.called.pt"], weights_only: true);

        // Before calls change running statistics.
        torch.save(model, folder[$"{number}.ours.pt"], registry);
        using var again = torch.load_model(folder[$"{number}.ours.pt"], registry);
        if (called["inputs"].value is PyList { Items.Count: 0 })
        {
            return;
        }

        foreach (var module in new[] { model, again })
        {
            CheckBothModes(module, called);
        }
    }

    private static void LoadNested(JudgeFolder folder, List<string> expressions, ModuleRegistry registry, StringBuilder problems)
    {
        using var scope = torch.NewDisposeScope();
        using var model = torch.load_model<ModuleDict<torch.nn.Module>>(folder["nested.pt"], registry);
        torch.save(model, folder["nested.ours.pt"], registry);
        foreach (var name in model.Keys)
        {
            var number = int.Parse(name[1..], CultureInfo.InvariantCulture);
            using var called = torch.load(folder[$"{number}.called.pt"], weights_only: true);
            try
            {
                CheckBothModes(((ModuleList<torch.nn.Module>)model[name])[0], called);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                problems.AppendLine($"{expressions[number]} nested: {error.GetType().Name}: {error.Message}");
            }
        }
    }

    private static void CheckBothModes(torch.nn.Module module, LoadedCheckpoint called)
    {
        module.eval();
        Outputs.Check(called["eval"].tensors(), Call(module, called));
        module.train();
        Outputs.Check(called["train"].tensors(), Call(module, called));
    }

    private static torch.Tensor[] Call(torch.nn.Module module, LoadedCheckpoint called)
    {
        torch.random.manual_seed(5);
        return ModuleCalls.Call(module, [.. called["inputs"].tensors()]);
    }
}
