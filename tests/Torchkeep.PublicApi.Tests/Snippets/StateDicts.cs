#region usings
using Torchkeep;
using TorchSharp;
using static TorchSharp.torch;
#endregion
using TorchSharp.Modules;

namespace PublicApi.Tests.Snippets;

/// <summary>State_dicts saved and loaded.</summary>
public sealed class StateDicts : Sandbox
{
    private const string PATH = "model.pth";

    private readonly Sequential model = nn.Sequential(
        ("conv1", nn.Conv2d(1, 8, 3)),
        ("bn1", nn.BatchNorm2d(8)),
        ("relu", nn.ReLU()),
        ("dropout", nn.Dropout(0.4)),
        ("flatten", nn.Flatten()),
        ("fc", nn.Linear(8 * 4 * 4, 10)));

    [Fact]
    public void AModelIsSavedLoadedAndEvaluated()
    {
        using var saved = WeightOf(model).clone();

        #region three-lines
        torch.save(model.state_dict(keep_vars: false), PATH);

        model.load_state_dict(torch.load(PATH, weights_only: true));
        model.eval();
        #endregion

        Assert.False(model.training);
        Assert.True(saved.Equals(WeightOf(model)));
    }

    [Fact]
    public void AFileIsLoadedByItsPathAndClosed()
    {
        using var saved = WeightOf(model).clone();
        torch.save(model.state_dict(keep_vars: false), "model.pth");
        using (no_grad())
        {
            WeightOf(model).zero_();
        }

        #region load-file
        model.load_state_dict("model.pth");
        model.eval();
        #endregion

        Assert.True(saved.Equals(WeightOf(model)));
        using var exclusive = new FileStream("model.pth", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void TheNamesAndTheirOrderArePyTorchs()
    {
        Assert.Equal(
            [
                "conv1.weight [8, 1, 3, 3]", "conv1.bias [8]",
                "bn1.weight [8]", "bn1.bias [8]", "bn1.running_mean [8]", "bn1.running_var [8]", "bn1.num_batches_tracked []",
                "fc.weight [10, 128]", "fc.bias [10]",
            ],
            model.state_dict(keep_vars: false).Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]"));
    }

    [Fact]
    public void WithoutStrictWhatDidNotMatchIsReturned()
    {
        #region strict-false
        var backbone = model.state_dict(keep_vars: false);
        backbone.Remove("fc.weight");
        backbone.Remove("fc.bias");
        torch.save(backbone, "backbone.pth");

        var keys = model.load_state_dict("backbone.pth", strict: false);
        Console.WriteLine(keys);
        #endregion

        Assert.Equal("_IncompatibleKeys(missing_keys=['fc.weight', 'fc.bias'], unexpected_keys=[])", Assert.Single(Written));
        Assert.Equal(["fc.weight", "fc.bias"], keys.missing_keys);
    }

    [Fact]
    public void EverythingThatDoesNotFitIsListed()
    {
        using var before = WeightOf(model).clone();

        #region does-not-fit
        torch.save(new StateDict { ["conv1.weight"] = torch.zeros(8, 3, 3, 3), ["fc.weight"] = torch.zeros(10, 128) }, "other.pth");
        try
        {
            model.load_state_dict("other.pth");
        }
        catch (StateDictException error)
        {
            Console.WriteLine(error.Message);
        }
        #endregion

        Assert.Equal("Error(s) in loading state_dict for Sequential:", Written[0]);
        Assert.StartsWith("\tMissing key(s) in state_dict: \"conv1.bias\", \"bn1.weight\", ", Written[1], StringComparison.Ordinal);
        Assert.Equal(
            "\tsize mismatch for conv1.weight: copying a param with shape torch.Size([8, 3, 3, 3]) from checkpoint, the shape in current model is torch.Size([8, 1, 3, 3]).",
            Written[2]);
        Assert.True(before.Equals(WeightOf(model)));
    }

    [Fact]
    public void ANameGetsAPrefixWithItsDot()
    {
        #region prefix
        var encoder = nn.Linear(2, 3);
        var state = encoder.state_dict(keep_vars: false, prefix: "encoder.");
        Console.WriteLine(string.Join(' ', state.Keys));
        #endregion

        Assert.Equal("encoder.weight encoder.bias", Assert.Single(Written));
    }

    [Fact]
    public void TensorsGoWhereMapLocationSays()
    {
        torch.save(model.state_dict(keep_vars: false), PATH);

        #region map-location
        using var byName = torch.load(PATH, map_location: "cpu");
        using var byDevice = torch.load(PATH, map_location: CPU);
        using var byTable = torch.load(PATH, map_location: new Dictionary<string, string> { ["cuda:1"] = "cuda:0" });
        using var byRule = torch.load(PATH, map_location: tag => tag == "cuda:1" ? CPU : null);
        #endregion

        Assert.All([byName, byDevice, byTable, byRule], loaded => Assert.Equal(DeviceType.CPU, loaded["fc.weight"].tensor().device_type));
    }

    [Fact]
    public void AModelTakesOverTensorsThatLieInTheFile()
    {
        torch.save(model.state_dict(keep_vars: false), PATH);
        var expected = model.state_dict(keep_vars: false)["fc.weight"].clone();
        model.state_dict(keep_vars: false)["fc.weight"].zero_();

        #region mmap
        using (var loaded = torch.load(PATH, mmap: true))
        {
            model.load_state_dict(loaded, assign: true);
        }
        #endregion

        Assert.True(model.state_dict(keep_vars: false)["fc.weight"].allclose(expected));
    }

    [Fact]
    public void ElementTypesStayTheModelsUnlessAssigned()
    {
        torch.save(model.state_dict(keep_vars: false), PATH);

        #region element-types
        model.to(float64);
        model.load_state_dict(PATH);
        Console.WriteLine(model.state_dict(keep_vars: false)["fc.weight"].dtype);

        model.load_state_dict(PATH, assign: true);
        Console.WriteLine(model.state_dict(keep_vars: false)["fc.weight"].dtype);
        #endregion

        Assert.Equal(["Float64", "Float32"], Written);
    }

    [Fact]
    public void TiedWeightsAreOneStorage()
    {
        #region tied
        using var tied = new Tied();
        torch.save(tied.state_dict(keep_vars: false), "tied.pth");

        using var checkpoint = Checkpoint.Open("tied.pth");
        Console.WriteLine(checkpoint.FindTensor("embedding.weight").Storage == checkpoint.FindTensor("output.weight").Storage);
        #endregion

        Assert.Equal("True", Assert.Single(Written));
    }

    [Fact]
    public void WithoutEvalResultsAndStatisticsChange()
    {
        torch.save(model.state_dict(keep_vars: false), PATH);
        using var images = torch.rand(5, 1, 6, 6);
        using var noGradients = no_grad();

        model.load_state_dict(torch.load(PATH, weights_only: true));
        model.eval();
        Assert.True(model.forward(images).Equals(model.forward(images)));

        model.train();
        Assert.False(model.forward(images).Equals(model.forward(images)));
        Assert.Equal(2, model.state_dict(keep_vars: false)["bn1.num_batches_tracked"].ToInt64());
    }

    [Fact]
    public void AStateDictIsNoCopy()
    {
        #region keep-best
        using var best = model.snapshot();
        #endregion

        var now = model.state_dict(keep_vars: false);
        using (no_grad())
        {
            WeightOf(model).zero_();
        }

        Assert.Equal(0, now["fc.weight"].abs().sum().ToSingle());
        Assert.NotEqual(0, best.state_dict()["fc.weight"].abs().sum().ToSingle());
    }

    [Fact]
    public void ClassesAreNamedWhereExtensionsAreNotSeen()
    {
        #region class-qualified
        StateDict state = ModuleExtensions.state_dict(model, keep_vars: false);
        TorchExtensions.save(state, PATH);

        using LoadedCheckpoint loaded = TorchExtensions.load_checkpoint(PATH);
        ModuleExtensions.load_state_dict(model, loaded);
        #endregion

        Assert.Equal(9, state.Count);
    }

    [Fact]
    public void TheChecksCanBeLeftOut()
    {
        torch.save(model.state_dict(keep_vars: false), PATH);

        #region unchecked
        using var loaded = torch.load_checkpoint(PATH, options: new ReadOptions { VerifyChecksums = false });
        model.load_state_dict(loaded);
        #endregion

        Assert.NotNull(loaded.value);
    }

    [Fact]
    public void ACopyingLoadNeedsNoMapLocation()
    {
        var onGpu = new TensorStorage(TensorStorage.FromArray(new float[] { 1, 2, 3 }).Bytes, "cuda:7");
        Checkpoint.Save(new PyDict { { "bias", new TensorView(onGpu, ElementType.Float32, [3]) } }, PATH);
        using var layer = nn.Linear(2, 3);

        layer.load_state_dict(torch.load(PATH, weights_only: true), strict: false);

        Assert.Equal(6, layer.bias!.sum().ToSingle());
        using var loaded = torch.load(PATH, weights_only: true);
        var error = Assert.Throws<InvalidOperationException>(() => loaded["bias"].tensor());
        Assert.StartsWith("Attempting to deserialize object on", error.Message, StringComparison.Ordinal);
        Assert.Equal(6, torch.load(PATH, map_location: "cpu")["bias"].tensor().sum().ToSingle());
    }

    private static Tensor WeightOf(Sequential net) => net.state_dict(keep_vars: false)["fc.weight"];
}
