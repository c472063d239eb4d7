using System.Diagnostics;
using Torchkeep.Interop.Tests.Modules;
using Torchkeep.Interop.Tests.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.Interop.Tests;

/// <summary>The samples of docs/walkthroughs, run as their reader runs them, and the Python of the README.</summary>
[Collection(nameof(TorchSharpTests))]
public sealed class WalkthroughTests
{
    private const string RunResNet = """
        import os, sys
        sys.argv = ["resnet18.py", path]
        exec(compile(open(os.path.join(path, "resnet18.py")).read(), "resnet18.py", "exec"), {"__name__": "__main__"})
        lines = []
        """;

    public static TheoryData<string> Judges => [.. Interpreters.Names];

    [Fact]
    public void ABertOfTransformersGivesWhatItGaveInPython()
    {
        var output = Run("Bert");
        Assert.Contains("loaded 39 tensors", output, StringComparison.Ordinal);
        Assert.Contains("largest difference from Python: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void OnnxRuntimeAndTensorPrimitivesGiveWhatPyTorchGave()
    {
        var output = Run("Spans");
        Assert.Contains("ONNX Runtime:", output, StringComparison.Ordinal);
        Assert.Contains("TensorPrimitives:", output, StringComparison.Ordinal);
    }

    /// <summary>Only the newest root has torchvision.</summary>
    [Fact]
    public void AResNetOfTorchvisionGivesWhatItGivesInPython()
    {
        var judge = Judge.Named(Interpreters.Newest);
        using var folder = judge.NewFolder();
        File.Copy(Path.Combine(BinOf("Pretrained"), "resnet18.py"), folder["resnet18.py"]);
        judge.Run(folder[""], RunResNet);

        var output = Run("Pretrained", folder[""]);

        Assert.Contains("11,689,512 parameters", output, StringComparison.Ordinal);
        Assert.Contains("ResNet: 120 loaded, 2 skipped, 0 missing, 0 unexpected", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Judges))]
    public void ThePythonOfTheReadmeTakesTheFileAndGivesItBack(string name)
    {
        var judge = Judge.Named(name);
        using var folder = judge.NewFolder();
        using var model = nn.Sequential(("fc1", nn.Linear(4, 8)), ("act", nn.ReLU()), ("fc2", nn.Linear(8, 2)));
        torch.save(model.state_dict(keep_vars: false), folder["model.pth"]);
        var code = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n").Split("```python\n")[1].Split("```")[0];

        judge.Run(folder[""], $"import os\nos.chdir(path)\n{code}\nos.chdir('/')\nlines = []");

        using var back = torch.load(folder["from-python.pth"], weights_only: true);
        Assert.All(model.state_dict(keep_vars: false), entry => Assert.True(entry.Value.Equals(back[entry.Key].tensor())));
        Assert.Equal(model.state_dict(keep_vars: false).Keys, back.keys());
    }

    private static string Run(string sample, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(BinOf(sample), $"{sample}.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    private static string BinOf(string sample) => Path.Combine(AppContext.BaseDirectory, "..", "..", sample, new DirectoryInfo(AppContext.BaseDirectory).Name);
}
