using Torchkeep;
using TorchSharp;

namespace PublicApi.Tests.Snippets;

/// <summary>Models that start from another's weights.</summary>
public sealed class WarmStarts : Sandbox
{
    private readonly Net model = new();
    private readonly Net other = new();

    [Fact]
    public void WhatFitsIsLoadedAndTheRestReported()
    {
        var pretrained = Renamed(key => key.Replace("fc.", "head.", StringComparison.Ordinal));
        torch.save(pretrained, "pretrained.pth");

        #region warm-start
        using var loaded = torch.load("pretrained.pth", weights_only: true);
        var report = model.warm_start(loaded);
        Console.WriteLine(report);
        #endregion

        Assert.Equal(
            [
                "Net: 7 loaded, 0 skipped, 2 missing, 2 unexpected",
                "missing: fc.weight (did you mean head.weight?)",
                "missing: fc.bias (did you mean head.bias?)",
                "unexpected: head.weight (did you mean fc.weight?)",
                "unexpected: head.bias (did you mean fc.bias?)",
            ],
            Written);

        #region warm-start-rename
        model.warm_start(loaded, new() { rename = [("^head", "fc")], strict = true });
        #endregion

        Assert.True(pretrained["head.weight"].Equals(model.state_dict(keep_vars: false)["fc.weight"]));
    }

    [Fact]
    public void AWrappedModelIsUnwrapped()
    {
        torch.save(Renamed(key => "module." + key), "parallel.pth");
        var sum = other.state_dict(keep_vars: false)["fc.weight"].sum().ToSingle();

        #region warm-start-parallel
        model.warm_start("parallel.pth", new() { strict = true });
        #endregion

        Assert.Equal(sum, model.state_dict(keep_vars: false)["fc.weight"].sum().ToSingle());
        var error = Assert.Throws<StateDictException>(() => model.load_state_dict("parallel.pth"));
        Assert.EndsWith("The names fit without \"module.\", which a wrapper such as DataParallel put there: model.warm_start(loaded, new() { strict = true }) takes it off", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APartOfABiggerModelIsTaken()
    {
        torch.save(Renamed(key => "net.backbone." + key), "bigger.pth");

        #region warm-start-part
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
        var state = Renamed(key => key);
        state["fc.weight"] = torch.zeros(1000, 128);
        state["fc.bias"] = torch.zeros(1000);
        torch.save(state, "imagenet.pth");

        #region warm-start-shapes
        var report = model.warm_start("imagenet.pth", new() { skip_mismatched = true });
        Console.WriteLine(report);
        #endregion

        Assert.Equal(
            [
                "Net: 7 loaded, 2 skipped, 0 missing, 0 unexpected",
                "skipped: fc.weight: shape torch.Size([1000, 128]), the model has torch.Size([10, 128])",
                "skipped: fc.bias: shape torch.Size([1000]), the model has torch.Size([10])",
            ],
            Written);
    }

    [Fact]
    public void AWeightIsMadeOfItsParts()
    {
        torch.save(Parts(""), "generator.pth");
        torch.save(Parts("generator."), "generator.ckpt");
        var expected = other.state_dict(keep_vars: false)["fc.weight"];

        #region warm-start-folded
        model.load_state_dict("generator.pth", fold_weights: true);
        model.warm_start("generator.ckpt", new() { fold_weights = true, strip_prefix = "generator." });
        #endregion

        var actual = model.state_dict(keep_vars: false)["fc.weight"];
        Assert.True((actual - expected).abs().max().ToSingle() < 1e-6f);
        Assert.Contains("fold_weights: true", Assert.Throws<StateDictException>(() => model.load_state_dict("generator.pth")).Message, StringComparison.Ordinal);
    }

    // As weight_norm has the last layer.
    private StateDict Parts(string prefix)
    {
        var state = Renamed(key => prefix + key);
        var weight = state[$"{prefix}fc.weight"];
        state.Remove($"{prefix}fc.weight");
        state[$"{prefix}fc.weight_g"] = weight.norm(1, keepdim: true);
        state[$"{prefix}fc.weight_v"] = weight;
        return state;
    }

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
