using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Training;

/// <summary>
/// The scenarios of PyTorch's tutorial "Saving and Loading Models", in its order and words, each with PyTorch at the other
/// end. Of an entire model only the weights are taken here: they need no class.
/// </summary>
public sealed class ScenarioTests : TorchSharpTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Judges => Interpreters.Theory;

    /// <summary>"Save/Load state_dict (Recommended)": the three lines, with eval() at the end, in both directions.</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void SavingAndLoadingAModelForInference(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var model = new SmallNet();
        torch.save(model.state_dict(keep_vars: false), folder["ours.pth"]);
        model.eval();
        torch.save(new[] { model.forward(SmallNet.Inputs) }, folder["outputs.pt"]);

        var lines = Run(judge, folder, """
            model = Net()
            lines.append(str(model.load_state_dict(torch.load(file("ours.pth")))))
            model.eval()
            lines.append(str(torch.allclose(model(inputs), torch.load(file("outputs.pt"))[0])))
            torch.manual_seed(3)
            theirs = Net()
            torch.save(theirs.state_dict(), file("theirs.pth"))
            theirs.eval()
            torch.save(theirs(inputs), file("outputs.pt"))
            """);

        Assert.Equal(["<All keys matched successfully>", "True"], lines);
        model.load_state_dict(torch.load(folder["theirs.pth"], weights_only: true));
        model.eval();
        CheckOutputs(model, folder["outputs.pt"]);
    }

    /// <summary>"Save/Load Entire Model": the file names the class; the model here is another, with the same names.</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void LoadingTheWeightsOfAnEntireModel(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        Run(judge, folder, """
            import sys, types
            Net.__module__ = "some_package"
            sys.modules["some_package"] = types.SimpleNamespace(Net=Net)
            torch.manual_seed(3)
            model = Net()
            model(inputs)
            torch.save(model, file("entire.pth"))
            torch.save({"models": [model]}, file("in a list.pth"))
            model.eval()
            torch.save(model(inputs), file("outputs.pt"))
            del sys.modules["some_package"]
            """);

        using var model = new SmallNet();
        model.load_state_dict(torch.load(folder["entire.pth"], weights_only: true));
        model.eval();
        CheckOutputs(model, folder["outputs.pt"]);

        using var other = new SmallNet();
        using var loaded = torch.load(folder["in a list.pth"], weights_only: true);
        other.load_state_dict(loaded["models"][0]);
        CheckSame(model, other);
    }

    /// <summary>
    /// "Saving &amp; Loading a General Checkpoint for Inference and/or Resuming Training": begun in Python, gone on with here, ended
    /// in both.
    /// </summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void SavingAndLoadingAGeneralCheckpointToResumeTraining(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        Run(judge, folder, """
            torch.manual_seed(3)
            model = Net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
            loss = train(model, optimizer, scheduler, 5)
            torch.save({
                "epoch": 5,
                "model_state_dict": model.state_dict(),
                "optimizer_state_dict": optimizer.state_dict(),
                "scheduler_state_dict": scheduler.state_dict(),
                "loss": loss,
            }, file("model.tar"))
            train(model, optimizer, scheduler, 5)
            torch.save(model.state_dict(), file("ended.pth"))
            """);

        using var model = new SmallNet();
        using var optimizer = optim.SGD(model.parameters(), 0.5);
        var scheduler = optim.lr_scheduler.StepLR(optimizer, 100);
        using (var checkpoint = torch.load(folder["model.tar"], weights_only: true))
        {
            model.load_state_dict(checkpoint["model_state_dict"]);
            optimizer.load_state_dict(checkpoint["optimizer_state_dict"]);
            scheduler.load_state_dict(checkpoint["scheduler_state_dict"]);
            Assert.Equal(5, (int)checkpoint["epoch"]);
            Assert.True(checkpoint["loss"].tensor().requires_grad);
        }

        var loss = Train(model, optimizer, scheduler, 3);
        torch.save(
            new Dictionary<string, object>
            {
                ["epoch"] = 8,
                ["model_state_dict"] = model.state_dict(keep_vars: false),
                ["optimizer_state_dict"] = optimizer.state_dict(),
                ["scheduler_state_dict"] = scheduler.state_dict(),
                ["loss"] = loss,
            },
            folder["again.tar"]);
        var lines = Run(judge, folder, """
            checkpoint = torch.load(file("again.tar"))
            model = Net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 100)
            lines.append(str(model.load_state_dict(checkpoint["model_state_dict"])))
            optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
            scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
            lines.append("%s %s" % (checkpoint["epoch"], optimizer.param_groups[0]["lr"]))
            train(model, optimizer, scheduler, 2)
            torch.save(model.state_dict(), file("ended again.pth"))
            """);

        Assert.Equal(["<All keys matched successfully>", "8 0.00625"], lines);
        Train(model, optimizer, scheduler, 2);
        foreach (var name in (string[])["ended.pth", "ended again.pth"])
        {
            using var ended = torch.load(folder[name], weights_only: true);
            CheckClose(ended.state_dict(), model.state_dict(keep_vars: false));
        }
    }

    /// <summary>"Saving Multiple Models in One File": with an optimizer for each.</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void SavingSeveralModelsInOneFile(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var modelA = new SmallNet();
        using var modelB = new SmallNet(outputs: 5);
        using var optimizerA = optim.SGD(modelA.parameters(), 0.1, momentum: 0.9);
        using var optimizerB = optim.Adam(modelB.parameters());
        Train(modelA, optimizerA, null, 2);
        Train(modelB, optimizerB, null, 2);
        torch.save(
            new Dictionary<string, object>
            {
                ["modelA_state_dict"] = modelA.state_dict(keep_vars: false),
                ["modelB_state_dict"] = modelB.state_dict(keep_vars: false),
                ["optimizerA_state_dict"] = optimizerA.state_dict(),
                ["optimizerB_state_dict"] = optimizerB.state_dict(),
            },
            folder["models.pt"]);

        var lines = Run(judge, folder, """
            loaded = torch.load(file("models.pt"))
            a, b = Net(), Net(5)
            lines.append(str(a.load_state_dict(loaded["modelA_state_dict"])))
            lines.append(str(b.load_state_dict(loaded["modelB_state_dict"])))
            optimizers = [torch.optim.SGD(a.parameters(), lr=1), torch.optim.Adam(b.parameters())]
            for name, optimizer in zip("AB", optimizers):
                optimizer.load_state_dict(loaded["optimizer%s_state_dict" % name])
            torch.save({"generator": [b.state_dict(), optimizers[1].state_dict()], "discriminator": (a.state_dict(), optimizers[0].state_dict())}, file("models.pt"))
            """);

        Assert.Equal(["<All keys matched successfully>", "<All keys matched successfully>"], lines);
        using var loaded = torch.load(folder["models.pt"], weights_only: true);
        using var again = new SmallNet(outputs: 5);
        using var other = new SmallNet();
        again.load_state_dict(loaded["generator"][0]);
        other.load_state_dict(loaded["discriminator"][0]);
        CheckSame(modelB, again);
        CheckSame(modelA, other);
        using var againOptimizer = optim.Adam(again.parameters());
        using var otherOptimizer = optim.SGD(other.parameters(), 1);
        againOptimizer.load_state_dict(loaded["generator"][1]);
        otherOptimizer.load_state_dict(loaded["discriminator"][1]);
        foreach (var (model, optimizer) in new (SmallNet, OptimizerHelper)[] { (modelA, optimizerA), (modelB, optimizerB), (again, againOptimizer), (other, otherOptimizer) })
        {
            Train(model, optimizer, null, 1);
        }

        CheckSame(modelB, again);
        CheckSame(modelA, other);
    }

    /// <summary>"Warmstarting Model Using Parameters from a Different Model".</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void WarmstartingFromADifferentModel(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var model = new SmallNet(outputs: 5);
        torch.save(model.state_dict(keep_vars: false), folder["ours.pth"]);

        var lines = Run(judge, folder, """
            torch.manual_seed(3)
            class Other(Net):
                def __init__(self):
                    super().__init__(5)
                    self.head = self.fc2
                    del self.fc2
            other = Other()
            lines.append(str(other.load_state_dict(torch.load(file("ours.pth")), strict=False)))
            torch.save(Other().state_dict(), file("theirs.pth"))
            """);
        Assert.Equal("_IncompatibleKeys(missing_keys=['head.weight', 'head.bias'], unexpected_keys=['fc2.weight', 'fc2.bias'])", lines[0]);

        using var loaded = torch.load(folder["theirs.pth"], weights_only: true);
        var keys = model.load_state_dict(loaded, strict: false);
        var report = model.warm_start(loaded, new() { rename = [("^head", "fc2")], strict = true });

        Assert.Equal("_IncompatibleKeys(missing_keys=['fc2.weight', 'fc2.bias'], unexpected_keys=['head.weight', 'head.bias'])", keys.ToString());
        Assert.Equal([("head.weight", "fc2.weight"), ("head.bias", "fc2.bias")], report.renamed);
        var theirs = loaded.state_dict();
        Assert.All(model.state_dict(keep_vars: false), entry => Assert.True(theirs[entry.Key.Replace("fc2", "head", StringComparison.Ordinal)].Equals(entry.Value)));
    }

    /// <summary>"Saving &amp; Loading Model Across Devices": a whole checkpoint with a GPU's tags, on machines without one.</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void LoadingAcrossDevices(string interpreter)
    {
        if (cuda.is_available())
        {
            Assert.Skip("there is a GPU");
        }

        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var trained = new SmallNet();
        using var trainedOptimizer = optim.Adam(trained.parameters(), 0.1);
        Train(trained, trainedOptimizer, null, 3);
        SaveAsFromAGpu(trained, trainedOptimizer, folder["gpu.pt"]);

        var lines = Run(judge, folder, """
            try:
                torch.load(file("gpu.pt"))
            except RuntimeError as error:
                lines.append(str(error))
            loaded = torch.load(file("gpu.pt"), map_location=torch.device("cpu"))
            model = Net()
            lines.append(str(model.load_state_dict(loaded["model"])))
            optimizer = torch.optim.Adam(model.parameters())
            optimizer.load_state_dict(loaded["optimizer"])
            train(model, optimizer, None, 2)
            torch.save(model.state_dict(), file("ended.pth"))
            """);

        // The values go to where the model is; only tensors that are made need a device.
        using var model = new SmallNet();
        using var optimizer = optim.Adam(model.parameters());
        using var loaded = torch.load(folder["gpu.pt"], weights_only: true);
        model.load_state_dict(loaded["model"]);
        optimizer.load_state_dict(loaded["optimizer"]);
        Train(model, optimizer, null, 2);
        using var ended = torch.load(folder["ended.pth"], weights_only: true);
        CheckClose(ended.state_dict(), model.state_dict(keep_vars: false));

        Assert.Equal(lines[0], Assert.Throws<InvalidOperationException>(loaded["model"].state_dict).Message);
        Assert.Equal("<All keys matched successfully>", lines[1]);
        using var mapped = torch.load(folder["gpu.pt"], map_location: CPU);
        Assert.All(mapped["model"].state_dict().Values, tensor => Assert.Equal(DeviceType.CPU, tensor.device_type));
        Assert.Equal(DeviceType.CPU, mapped["optimizer"]["state"][0]["exp_avg"].tensor().device_type);
    }

    /// <summary>"Saving torch.nn.DataParallel Models".</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void LoadingADataParallelModel(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var model = new SmallNet();
        torch.save(model.state_dict(keep_vars: false, prefix: "module."), folder["ours.pth"]);

        var lines = Run(judge, folder, """
            torch.manual_seed(3)
            lines.append(str(nn.DataParallel(Net()).load_state_dict(torch.load(file("ours.pth")))))
            torch.save(nn.DataParallel(Net()).state_dict(), file("parallel.pth"))
            averaged = torch.optim.swa_utils.AveragedModel(Net())
            torch.save(averaged.state_dict(), file("averaged.pth"))
            """);
        Assert.Equal("<All keys matched successfully>", lines[0]);

        using var parallel = torch.load(folder["parallel.pth"], weights_only: true);
        var error = Assert.Throws<StateDictException>(() => model.load_state_dict(parallel));
        Assert.Contains("The names fit without \"module.\"", error.Message, StringComparison.Ordinal);

        foreach (var name in (string[])["parallel.pth", "averaged.pth"])
        {
            using var loaded = torch.load(folder[name], weights_only: true);
            model.warm_start(loaded, new() { strict = true });
            var theirs = loaded.state_dict();
            Assert.All(model.state_dict(keep_vars: false), entry => Assert.True(theirs["module." + entry.Key].Equals(entry.Value)));
        }
    }

    private static (Judge Judge, JudgeFolder Folder) Begin(string interpreter)
    {
        var judge = Judge.Named(interpreter);
        return (judge, judge.NewFolder());
    }

    private static List<string> Run(Judge judge, JudgeFolder folder, string code) => judge.Run(folder[""], SmallNet.Python + code);

    private static Tensor Train(SmallNet model, OptimizerHelper optimizer, optim.lr_scheduler.LRScheduler? scheduler, int steps)
    {
        var loss = zeros(1);
        model.eval();
        for (var i = 0; i < steps; i++)
        {
            optimizer.zero_grad();
            loss = model.forward(SmallNet.Inputs).pow(2).mean();
            loss.backward();
            optimizer.step();
            scheduler?.step();
        }

        return loss;
    }

    private static void CheckOutputs(SmallNet model, string path)
    {
        using var expected = torch.load_checkpoint(path, map_location: CPU);
        Assert.True(model.forward(SmallNet.Inputs).allclose(expected.tensor(), rtol: Tolerance, atol: Tolerance));
    }

    private static void CheckClose(StateDict expected, StateDict actual) => Assert.All(
        expected.Zip(actual),
        pair => Assert.True(pair.First.Key == pair.Second.Key && pair.First.Value.allclose(pair.Second.Value, rtol: Tolerance, atol: Tolerance), pair.First.Key));

    private static void CheckSame(SmallNet one, SmallNet other) => Assert.All(
        one.state_dict(keep_vars: false).Zip(other.state_dict(keep_vars: false)),
        pair => Assert.True(pair.First.Key == pair.Second.Key && pair.First.Value.Equals(pair.Second.Value)));

    private static void SaveAsFromAGpu(SmallNet model, OptimizerHelper optimizer, string path)
    {
        torch.save(new Dictionary<string, object> { ["model"] = model.state_dict(keep_vars: false), ["optimizer"] = optimizer.state_dict() }, path);
        using var checkpoint = Checkpoint.Open(path);
        Checkpoint.Save(OnAGpu(checkpoint.Root), path);
    }

    private static PyValue OnAGpu(PyValue value)
    {
        switch (value)
        {
            case PyDict dict:
                var copy = new PyDict(dict.IsOrdered);
                foreach (var (key, entry) in dict)
                {
                    copy[key] = OnAGpu(entry);
                }

                return copy;
            case PyList list:
                return new PyList(list.Items.Select(OnAGpu));
            case PyTensor { View: var view }:
                return new PyTensor(new TensorView(new(view.Storage.Bytes, "cuda:0"), view.ElementType, view.Shape.AsSpan(), view.Strides.AsSpan(), view.StorageOffset));
            default:
                return value;
        }
    }
}
