using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

public class MapLocationTests
{
    private const string NoCuda =
        "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a CPU-only machine, "
        + "please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU.";

    private static readonly Dictionary<string, MapLocation> _toCpu = new()
    {
        ["name"] = "cpu",
        ["name with a number"] = "cpu:0",
        ["name in capitals"] = "CPU",
        ["device"] = CPU,
        ["table"] = new Dictionary<string, string> { ["cuda:1"] = "cpu" },
        ["table with a number"] = new Dictionary<string, string> { ["cuda:1"] = "cpu:0", ["cpu"] = "meta" },
        ["function"] = new(tag => tag == "cuda:1" ? CPU : null),
    };

    public static TheoryData<string> ToCpu => [.. _toCpu.Keys];

    [Theory]
    [MemberData(nameof(ToCpu))]
    public void AGpusTensorIsSentToTheCpu(string form)
    {
        using var loaded = InMemory.Load(SavedOn("cuda:1"), _toCpu[form]);

        Assert.Equal([1f, 2f], loaded.tensor().data<float>().ToArray());
    }

    [Fact]
    public void TheDefaultKeepsTheCpusOnTheCpu()
    {
        using var loaded = InMemory.Load(SavedOn("cpu"));

        Assert.Equal(DeviceType.CPU, loaded.tensor().device_type);
    }

    [Fact]
    public void WithoutAGpuItsTensorsAreRefusedInPyTorchsWords()
    {
        Assert.SkipWhen(cuda.is_available(), "there is a GPU");
        using var loaded = InMemory.Load(SavedOn("cuda:0"));

        Assert.StartsWith(NoCuda, Assert.Throws<InvalidOperationException>(() => loaded.tensor()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATensorSentToAGpuThatIsMissingIsRefusedInPyTorchsWords()
    {
        Assert.SkipWhen(cuda.is_available(), "there is a GPU");
        MapLocation[] toCuda = ["cuda", "cuda:1", new Device(DeviceType.CUDA, 0), new Dictionary<string, string> { ["cpu"] = "cuda:0" }];

        foreach (var location in toCuda)
        {
            using var loaded = InMemory.Load(SavedOn("cpu"), location);
            Assert.StartsWith(NoCuda, Assert.Throws<InvalidOperationException>(() => loaded.tensor()).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mps", "torch.UntypedStorage(): Storage device not recognized: mps")]
    [InlineData("xla:0", "don't know how to restore data location of torch.storage.UntypedStorage (tagged with xla:0)")]
    public void OtherDevicesThatAreMissingAreRefusedInPyTorchsWords(string tag, string message)
    {
        Assert.SkipWhen(mps_is_available(), "there is a GPU");
        using var loaded = InMemory.Load(SavedOn(tag));
        using var mapped = InMemory.Load(SavedOn("cpu"), tag);

        foreach (var checkpoint in new[] { loaded, mapped })
        {
            var error = Assert.Throws<InvalidOperationException>(() => checkpoint.tensor());
            Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
            Assert.Contains("map_location: \"cpu\"", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AGpusValuesGoIntoAModuleWithoutAGpu()
    {
        var model = nn.Linear(2, 1, hasBias: false);
        using var loaded = InMemory.Load(InMemory.Save(new PyDict { ["weight"] = View("cuda:0", 1, 2) }));

        model.load_state_dict(loaded);

        Assert.Equal([1f, 2f], model.weight.data<float>().ToArray());
    }

    [Fact]
    public void ATagThatTheTableHasNotKeepsItsOwnDevice()
    {
        Assert.SkipWhen(cuda.is_available(), "there is a GPU");
        using var loaded = InMemory.Load(SavedOn("cuda:0"), new Dictionary<string, string> { ["cuda:1"] = "cpu" });

        Assert.StartsWith(NoCuda, Assert.Throws<InvalidOperationException>(() => loaded.tensor()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NullFromAFunctionIsTheTagsOwnDevice()
    {
        using var loaded = InMemory.Load(SavedOn("cpu"), new(_ => null));

        Assert.Equal(DeviceType.CPU, loaded.tensor().device_type);
    }

    [Fact]
    public void MetaTakesTheShapesAndReadsNothing()
    {
        using var counted = new CountingByteSource(new ArrayByteSource(SavedOn("cuda:0")));
        using var loaded = new LoadedCheckpoint(Checkpoint.Open(counted), "meta");
        counted.Reads.Clear();

        var tensor = loaded.tensor();

        Assert.Empty(counted.Reads);
        Assert.Equal((DeviceType.META, float32), (tensor.device_type, tensor.dtype));
        Assert.Equal([1, 2], tensor.shape);
    }

    [Fact]
    public void ATensorWithoutBytesStaysWithoutAndIsNotMapped()
    {
        using var loaded = InMemory.Load(SavedOn("meta"), new(_ => throw new InvalidOperationException("called")));

        Assert.True(loaded.tensor().is_meta);
    }

    [Theory]
    [InlineData("npu:0")]
    [InlineData("xla:x")]
    [InlineData("gpu")]
    [InlineData("")]
    [InlineData(" cpu")]
    [InlineData("cpu:")]
    [InlineData("cpu:0:0")]
    [InlineData("a:b:c")]
    [InlineData("1")]
    [InlineData("cpu,cuda")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:+1")]
    [InlineData("cuda:99999999999")]
    public void ANameOfNoDeviceIsRefusedAtOnce(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => (MapLocation)name);

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoNameIsRefusedAtOnce() => Assert.Throws<ArgumentNullException>(() => (MapLocation)(string)null!);

    [Fact]
    public void ATagOfADeviceThatTorchSharpHasNotIsNamedAndCanBeMapped()
    {
        using var loaded = InMemory.Load(SavedOn("xpu:1"));
        using var mapped = InMemory.Load(SavedOn("xpu:1"), "cpu");

        Assert.Contains("tagged with xpu:1", Assert.Throws<InvalidOperationException>(() => loaded.tensor()).Message, StringComparison.Ordinal);
        Assert.Equal([1f, 2f], mapped.tensor().data<float>().ToArray());
    }

    [Fact]
    public void AFunctionIsCalledOnceForEachStorage()
    {
        List<string> tags = [];
        var (first, second) = (View("cuda:0", 1, 2), View("cuda:1", 1, 2));
        var half = new TensorView(first.Storage, ElementType.Float32, [1], [1], 1);
        using var loaded = InMemory.Load(InMemory.Save(new PyList(first, half, second, first)), new(tag =>
        {
            tags.Add(tag);
            return CPU;
        }));

        loaded.tensors();

        Assert.Equal(["cuda:0", "cuda:1"], tags);
    }

    [Fact]
    public void RulesAreEqualWhenTheyAreOne()
    {
        MapLocation rule = new(_ => null);
        var same = rule;

        Assert.True(rule == same);
        Assert.True(rule != (MapLocation)"cpu");
        Assert.True(default == new MapLocation(null));
    }

    private static byte[] SavedOn(string tag) => InMemory.Save(View(tag, 1, 2));

    private static TensorView View(string tag, params long[] shape) =>
        new(new(new ArrayByteSource([0, 0, 128, 63, 0, 0, 0, 64]), tag), ElementType.Float32, shape);
}
