using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Modules;

public sealed class WarmStartTests : IDisposable
{
    private readonly Sequential _model = Nets.Small().Randomized();
    private readonly StateDict _state = Nets.Small().Randomized().state_dict(keep_vars: false);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void WhatFitsIsLoadedAndTheRestReported()
    {
        _state.Remove("last.weight");
        _state["head.weight"] = ones(2, 4);

        var report = WarmStart();

        Assert.Equal(Nets.SmallKeys.Where(key => key != "last.weight"), report.applied);
        Assert.Equal([("last.weight", "head.weight")], report.missing);
        Assert.Equal([("head.weight", "last.weight")], report.unexpected);
        Assert.Empty(report.renamed);
        Assert.Empty(report.skipped);
        Assert.True(_state["first.weight"].Equals(Now("first.weight")));
        Assert.Equal(
            """
            Sequential: 8 loaded, 0 skipped, 1 missing, 1 unexpected
            missing: last.weight (did you mean head.weight?)
            unexpected: head.weight (did you mean last.weight?)
            """.ReplaceLineEndings("\n"),
            report.ToString());
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    [InlineData("_fsdp_wrapped_module._checkpoint_wrapped_module.")]
    public void StepsOfWrappersAreTakenOff(string prefix)
    {
        var report = WarmStart(Renamed(key => prefix + key), new() { strict = true });

        Assert.Equal(Nets.SmallKeys, report.applied);
        Assert.Equal((prefix + "first.weight", "first.weight"), report.renamed[0]);
        CheckLoaded();
    }

    [Fact]
    public void AStepInTheMiddleIsTakenOffToo()
    {
        WarmStart(Renamed(key => key.Replace("norm.", "norm._orig_mod.", StringComparison.Ordinal)), new() { strict = true });

        CheckLoaded();
    }

    [Fact]
    public void AnAveragedModelsCountIsSkipped()
    {
        var state = Renamed(key => "module." + key);
        state["n_averaged"] = tensor(3L);

        var report = WarmStart(state, new() { strict = true });

        Assert.Equal(("n_averaged", "the count of an AveragedModel"), Assert.Single(report.skipped));
        CheckLoaded();
    }

    [Fact]
    public void AStepThatTheModelHasItselfStays()
    {
        using var wrapped = Sequential(("module", Linear(3, 4)));
        using var same = Sequential(("module", Linear(3, 4)));

        var report = wrapped.warm_start(same.state_dict(keep_vars: false), new() { strict = true });

        Assert.Equal(["module.weight", "module.bias"], report.applied);
        Assert.Empty(report.renamed);
    }

    [Fact]
    public void UnwrappingCanBeLeftOut()
    {
        var error = Assert.Throws<StateDictException>(() => WarmStart(Renamed(key => "module." + key), new() { unwrap = false }));

        Assert.Contains("nothing was loaded: of the 9 names of the state_dict none fits one of the model's 9", error.Message, StringComparison.Ordinal);
        Assert.Contains("The names fit without \"module.\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreStrippedRenamedAndPrefixedInThisOrder()
    {
        var state = new StateDict { ["net.body.0.weight"] = ones(4, 3), ["net.body.0.bias"] = ones(4), ["other"] = ones(1) };
        using var model = Sequential(("backbone", Sequential(("first0", Linear(3, 4)))));

        var report = model.warm_start(state, new() { strip_prefix = "net.", rename = [(@"^body\.(\d+)\.", "layer$1."), ("^layer", "first")], add_prefix = "backbone." });

        Assert.Equal([("net.body.0.weight", "backbone.first0.weight"), ("net.body.0.bias", "backbone.first0.bias")], report.renamed);
        Assert.Equal("other", Assert.Single(report.unexpected).key);
        Assert.Equal(12, model.state_dict(keep_vars: false)["backbone.first0.weight"].sum().ToSingle());
    }

    [Fact]
    public void WhatIsNotSelectedIsNeitherLoadedNorMissing()
    {
        var report = WarmStart(options: new() { include = @"^(first|last)\.", exclude = @"\.bias$", strict = true });

        Assert.Equal(["first.weight", "last.weight"], report.applied);
        Assert.Equal(7, report.skipped.Count(skip => skip.reason == "not selected"));
        Assert.Empty(report.missing);
        Assert.False(_state["first.bias"].Equals(Now("first.bias")));
    }

    [Fact]
    public void AnotherShapeIsAnErrorAndNothingIsCopied()
    {
        _state["last.weight"] = ones(5, 4);
        var before = Copy();

        var error = Assert.Throws<StateDictException>(() => WarmStart());

        Assert.Contains(
            "size mismatch for last.weight: copying a param with shape torch.Size([5, 4]) from checkpoint, the shape in current model is torch.Size([2, 4]).",
            error.Message,
            StringComparison.Ordinal);
        CheckUnchanged(before);
    }

    [Fact]
    public void AnotherShapeIsSkippedWhenAsked()
    {
        _state["last.weight"] = ones(5, 4);

        var report = WarmStart(options: new() { skip_mismatched = true, strict = true });

        Assert.Equal(("last.weight", "shape torch.Size([5, 4]), the model has torch.Size([2, 4])"), Assert.Single(report.skipped));
        Assert.Equal(8, report.applied.Count);
        Assert.Empty(report.missing);
    }

    [Fact]
    public void StrictSaysWhatWasProbablyMeantAndNothingIsCopied()
    {
        var before = Copy();

        var error = Assert.Throws<StateDictException>(
            () => WarmStart(Renamed(key => key.Replace("norm.weight", "nrom.weight", StringComparison.Ordinal)), new() { strict = true }));

        Assert.Contains("Missing key(s) in state_dict: \"norm.weight\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"nrom.weight\" for \"norm.weight\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(["nrom.weight"], error.Keys.unexpected_keys);
        CheckUnchanged(before);
    }

    [Fact]
    public void TwoNamesThatBecomeOneAreRefused()
    {
        var before = Copy();

        var error = Assert.Throws<ArgumentException>(() => WarmStart(options: new() { rename = [("^last", "first")] }));

        Assert.Equal("'first.weight' and 'last.weight' of the state_dict both become 'first.weight'", error.Message);
        CheckUnchanged(before);
    }

    [Fact]
    public void ADamagedFileChangesNothing()
    {
        var file = InMemory.Save(Renamed(key => "module." + key));
        var last = file.AsSpan().LastIndexOf(MemoryBytes(_state["last.weight"]));
        file[last] ^= 1;
        using var loaded = InMemory.Load(file);
        var before = Copy();

        var error = Assert.Throws<InvalidCheckpointException>(() => _model.warm_start(loaded));

        Assert.Contains("module.last.weight", error.Message, StringComparison.Ordinal);
        CheckUnchanged(before);

        static byte[] MemoryBytes(Tensor tensor) => tensor.bytes.ToArray();
    }

    [Fact]
    public void VersionsOfModulesFollowTheirNames()
    {
        var old = Renamed(key => "module." + key);
        old.Remove("module.norm.num_batches_tracked");
        old.metadata = new() { ["module.norm"] = new PyDict { ["version"] = 1L } };
        var current = Renamed(key => "module." + key);
        current.Remove("module.norm.num_batches_tracked");
        current.metadata = new() { ["module.norm"] = new PyDict { ["version"] = 2L } };

        Assert.Empty(WarmStart(old).missing);
        Assert.Equal("norm.num_batches_tracked", Assert.Single(WarmStart(current).missing).key);
    }

    [Fact]
    public void AStrictLoadOfAWrappersFileSaysThatUnwrappingWouldMakeItFit()
    {
        var averaged = Renamed(key => "module." + key);
        averaged["n_averaged"] = tensor(1L);
        var missing = Renamed(key => "module." + key);
        missing.Remove("module.last.bias");

        var error = Assert.Throws<StateDictException>(() => _model.load_state_dict(Renamed(key => "module." + key)));
        var ofAveraged = Assert.Throws<StateDictException>(() => _model.load_state_dict(averaged));
        var ofMissing = Assert.Throws<StateDictException>(() => _model.load_state_dict(missing));

        const string Hint = "The names fit without \"module.\", which a wrapper such as DataParallel put there: model.warm_start(state_dict, new() { strict = true }) takes it off";
        Assert.EndsWith("\n\t" + Hint, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(Hint, ofAveraged.Message, StringComparison.Ordinal);
        Assert.Contains("8 of the model's 9 names fit without \"module.\"", ofMissing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyLongNamesAndAnUnfriendlyPatternTakeNoTime()
    {
        var hostile = new PyDict { ["first.weight"] = new TensorView(TensorStorage.FromArray(new float[12]), ElementType.Float32, [4, 3]) };
        for (var i = 0; i < 20_000; i++)
        {
            hostile[$"{new string('a', 150)}{i}"] = 1L;
        }

        using var loaded = InMemory.Load(InMemory.Save(hostile));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var report = _model.warm_start(loaded, new() { rename = [("^(a+)+$", "b")] });

        Assert.Equal(20_000, report.unexpected.Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
        Assert.Throws<NotSupportedException>(() => _model.warm_start(loaded, new() { rename = [("(?=a)", "b")] }));
    }

    [Fact]
    public void AFileIsTakenByItsPath()
    {
        using var folder = new TemporaryFolder();
        torch.save(Renamed(key => "module." + key), folder["parallel.pth"]);

        Assert.Equal(9, _model.warm_start(folder["parallel.pth"]).renamed.Count);

        CheckLoaded();
    }

    private WarmStartReport WarmStart(StateDict? state = null, WarmStartOptions? options = null) => _model.warm_start(state ?? _state, options);

    private StateDict Renamed(Func<string, string> rename)
    {
        var state = new StateDict();
        foreach (var (key, tensor) in _state)
        {
            state.Add(rename(key), tensor);
        }

        return state;
    }

    private Tensor Now(string key) => _model.state_dict(keep_vars: false)[key];

    private List<Tensor> Copy() => [.. _model.state_dict(keep_vars: false).Values.Select(tensor => tensor.clone())];

    private void CheckUnchanged(List<Tensor> before) =>
        Assert.All(before.Zip(_model.state_dict(keep_vars: false).Values), pair => Assert.True(pair.First.Equals(pair.Second)));

    private void CheckLoaded() => Assert.All(_state, entry => Assert.True(entry.Value.Equals(Now(entry.Key))));
}
