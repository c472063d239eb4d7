using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests.Training;

/// <summary>
/// The scenarios of PyTorch's tutorial "Saving and Loading Models", in its order and words, each with PyTorch at the other
/// end. Saving a whole model is not among them: it needs the class.
/// </summary>
public sealed class ScenarioTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Judges => Interpreters.Theory;

    public void Dispose() => _scope.Dispose();

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

    /// <summary>"Saving &amp; Loading a General Checkpoint for Inference and/or Resuming Training".</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void SavingAndLoadingAGeneralCheckpointToResumeTraining(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var model = new SmallNet();
        Run(judge, folder, """
            torch.manual_seed(3)
            model = Net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            loss = model(inputs).sum()
            loss.backward()
            optimizer.step()
            torch.save({"epoch": 5, "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "loss": loss}, file("model.tar"))
            """);

        using var checkpoint = torch.load(folder["model.tar"], weights_only: true);
        model.load_state_dict(checkpoint["model_state_dict"]);
        var epoch = (int)checkpoint["epoch"];
        var loss = checkpoint["loss"].tensor();
        torch.save(
            new Dictionary<string, object>
            {
                ["epoch"] = epoch + 1,
                ["model_state_dict"] = model.state_dict(keep_vars: false),
                ["optimizer_state_dict"] = checkpoint["optimizer_state_dict"],
                ["loss"] = loss,
            },
            folder["again.tar"]);

        Assert.Equal(5, epoch);
        Assert.True(loss.requires_grad);
        var lines = Run(judge, folder, """
            before, after = torch.load(file("model.tar")), torch.load(file("again.tar"))
            model = Net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
            lines.append(str(model.load_state_dict(after["model_state_dict"])))
            optimizer.load_state_dict(after["optimizer_state_dict"])
            lines.append("%s %s" % (after["epoch"], optimizer.param_groups[0]["lr"]))
            lines.append(str(torch.equal(before["loss"], after["loss"])))
            state = before["optimizer_state_dict"]["state"]
            lines.append(str(all(torch.equal(state[i]["momentum_buffer"], optimizer.state_dict()["state"][i]["momentum_buffer"]) for i in state)))
            lines.append(str(all(torch.equal(before["model_state_dict"][key], value) for key, value in after["model_state_dict"].items())))
            """);
        Assert.Equal(["<All keys matched successfully>", "6 0.1", "True", "True", "True"], lines);
    }

    /// <summary>"Saving Multiple Models in One File".</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void SavingSeveralModelsInOneFile(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var modelA = new SmallNet();
        using var modelB = new SmallNet(outputs: 5);
        torch.save(
            new Dictionary<string, object>
            {
                ["modelA_state_dict"] = modelA.state_dict(keep_vars: false),
                ["modelB_state_dict"] = modelB.state_dict(keep_vars: false),
            },
            folder["models.pt"]);

        var lines = Run(judge, folder, """
            loaded = torch.load(file("models.pt"))
            a, b = Net(), Net(5)
            lines.append(str(a.load_state_dict(loaded["modelA_state_dict"])))
            lines.append(str(b.load_state_dict(loaded["modelB_state_dict"])))
            torch.save({"generator": b.state_dict(), "discriminator": a.state_dict()}, file("models.pt"))
            """);

        Assert.Equal(["<All keys matched successfully>", "<All keys matched successfully>"], lines);
        using var loaded = torch.load(folder["models.pt"], weights_only: true);
        using var again = new SmallNet(outputs: 5);
        using var other = new SmallNet();
        again.load_state_dict(loaded["generator"]);
        other.load_state_dict(loaded["discriminator"]);
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

    /// <summary>"Saving &amp; Loading Model Across Devices": a file with a GPU's tags, on machines without one.</summary>
    [Theory]
    [MemberData(nameof(Judges))]
    public void LoadingAcrossDevices(string interpreter)
    {
        var (judge, folder) = Begin(interpreter);
        using var end = folder;
        using var trained = new SmallNet();
        SaveAsFromAGpu(trained, folder["gpu.pth"]);
        if (cuda.is_available())
        {
            Assert.Skip("there is a GPU");
        }

        var lines = Run(judge, folder, """
            try:
                torch.load(file("gpu.pth"))
            except RuntimeError as error:
                lines.append(str(error))
            model = Net()
            lines.append(str(model.load_state_dict(torch.load(file("gpu.pth"), map_location=torch.device("cpu")))))
            model.eval()
            torch.save(model(inputs), file("outputs.pt"))
            """);

        // The values go to where the model is; only tensors that are made need a device.
        using var model = new SmallNet();
        model.load_state_dict(torch.load(folder["gpu.pth"], weights_only: true));
        model.eval();
        CheckOutputs(model, folder["outputs.pt"]);
        using var loaded = torch.load(folder["gpu.pth"], weights_only: true);
        Assert.Equal(lines[0], Assert.Throws<InvalidOperationException>(loaded.state_dict).Message);
        Assert.Equal("<All keys matched successfully>", lines[1]);
        using var mapped = torch.load(folder["gpu.pth"], map_location: CPU);
        Assert.All(mapped.state_dict().Values, tensor => Assert.Equal(DeviceType.CPU, tensor.device_type));
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

    private static void CheckOutputs(SmallNet model, string path)
    {
        using var expected = torch.load_checkpoint(path, map_location: CPU);
        Assert.True(model.forward(SmallNet.Inputs).allclose(expected.tensor(), rtol: Tolerance, atol: Tolerance));
    }

    private static void CheckSame(SmallNet one, SmallNet other) => Assert.All(
        one.state_dict(keep_vars: false).Zip(other.state_dict(keep_vars: false)),
        pair => Assert.True(pair.First.Key == pair.Second.Key && pair.First.Value.Equals(pair.Second.Value)));

    private static void SaveAsFromAGpu(SmallNet model, string path)
    {
        var state = new PyDict(isOrdered: true);
        foreach (var (key, tensor) in model.state_dict(keep_vars: false))
        {
            var storage = TensorStorage.FromArray(tensor.bytes.ToArray());
            var type = tensor.dtype == ScalarType.Int64 ? ElementType.Int64 : ElementType.Float32;
            state[key] = new TensorView(new TensorStorage(storage.Bytes, "cuda:0"), type, tensor.shape);
        }

        Checkpoint.Save(state, path);
    }
}
