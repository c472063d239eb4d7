using Torchkeep;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PublicApi.Tests.Snippets;

/// <summary>Models that start from another's weights.</summary>
public sealed class WarmStarts : Sandbox
{
    private readonly Sequential model = Build();
    private readonly Sequential other = Build();

    [Fact]
    public void WhatFitsIsLoadedAndTheRestReported()
    {
        var pretrained = Renamed(key => key.Replace("fc.", "head.", StringComparison.Ordinal));
        torch.save(pretrained, "pretrained.pth");

        using var loaded = torch.load("pretrained.pth", weights_only: true);
        var report = model.warm_start(loaded);
        Console.WriteLine(report);
        Assert.Equal(
            [
                "Sequential: 7 loaded, 0 skipped, 2 missing, 2 unexpected",
                "missing: fc.weight (did you mean head.weight?)",
                "missing: fc.bias (did you mean head.bias?)",
                "unexpected: head.weight (did you mean fc.weight?)",
                "unexpected: head.bias (did you mean fc.bias?)",
            ],
            Written);

        model.warm_start(loaded, new() { rename = [("^head", "fc")], strict = true });
        Assert.True(pretrained["head.weight"].Equals(model.state_dict(keep_vars: false)["fc.weight"]));
    }

    [Fact]
    public void AWrappedModelIsUnwrapped()
    {
        #region warm-start-parallel
        using var parallel = nn.Sequential(("module", Build()));
        torch.save(parallel.state_dict(keep_vars: false), "parallel.pth");

        model.warm_start("parallel.pth", new() { strict = true });
        #endregion

        Assert.True(parallel.state_dict(keep_vars: false)["module.fc.weight"].Equals(model.state_dict(keep_vars: false)["fc.weight"]));
        var error = Assert.Throws<StateDictException>(() => model.load_state_dict("parallel.pth"));
        Assert.EndsWith("The names fit without \"module.\", which a wrapper such as DataParallel put there: model.warm_start(state_dict) takes it off.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APartOfABiggerModelIsTaken()
    {
        #region warm-start-part
        using var bigger = nn.Sequential(("net", nn.Sequential(("backbone", Build()))));
        torch.save(bigger.state_dict(keep_vars: false), "bigger.pth");

        var report = model.warm_start("bigger.pth", new()
        {
            strip_prefix = "net.backbone.",
            exclude = "^fc",
        });
        foreach (var (key, reason) in report.skipped)
        {
            Console.WriteLine($"{key}: {reason}");
        }
        #endregion

        Assert.Equal(["net.backbone.fc.weight: not selected", "net.backbone.fc.bias: not selected"], Written);
        Assert.Equal(7, report.applied.Count);
    }

    [Fact]
    public void AnotherNumberOfClassesIsSkippedWhenAsked()
    {
        #region warm-start-shapes
        var state = Build().state_dict(keep_vars: false);
        state["fc.weight"] = torch.zeros(1000, 128);
        state["fc.bias"] = torch.zeros(1000);
        torch.save(state, "imagenet.pth");

        var report = model.warm_start("imagenet.pth", new() { skip_mismatched = true });
        Console.WriteLine(report);
        #endregion

        Assert.Equal(
            [
                "Sequential: 7 loaded, 2 skipped, 0 missing, 0 unexpected",
                "skipped: fc.weight: shape torch.Size([1000, 128]), the model has torch.Size([10, 128])",
                "skipped: fc.bias: shape torch.Size([1000]), the model has torch.Size([10])",
            ],
            Written);
    }

    private static Sequential Build() => nn.Sequential(("conv1", nn.Conv2d(1, 8, 3)), ("bn1", nn.BatchNorm2d(8)), ("flatten", nn.Flatten()), ("fc", nn.Linear(128, 10)));

    private StateDict Renamed(Func<string, string> rename)
    {
        var state = new StateDict();
        foreach (var (key, tensor) in other.state_dict(keep_vars: false))
        {
            state.Add(rename(key), tensor);
        }

        return state;
    }
}
