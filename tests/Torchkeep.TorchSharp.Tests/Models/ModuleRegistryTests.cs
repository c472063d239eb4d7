using TorchSharp;
using TorchSharp.Modules;
using static Torchkeep.TorchSharp.Tests.Models.WholeFile;

namespace Torchkeep.TorchSharp.Tests.Models;

/// <summary>Which class a name in a file becomes.</summary>
public class ModuleRegistryTests
{
    private const string Net = "here.Net";

    [Theory]
    [InlineData("net.Encoder")]
    [InlineData("old.place.Net")]
    [InlineData("any.where.TextEncoder")]
    public void TheAttributeSaysTheNameAndTheFormerOnes(string name)
    {
        var stream = new MemoryStream();
        using var model = new Encoder().Randomized();
        torch.save(model, stream, new ModuleRegistry().map<Encoder>(name.Replace("any.where", "some.where", StringComparison.Ordinal)));
        using var loaded = torch.load(new MemoryStream(stream.ToArray()));

        using var again = loaded.module<Encoder>(new ModuleRegistry().map<Encoder>());

        Assert.Equal(Bits.Of(model), Bits.Of(again));
    }

    [Fact]
    public void AnExactNameGoesBeforeAWildcardAndALaterMappingBeforeAnEarlierOne()
    {
        var registry = new ModuleRegistry()
            .map("here.*", _ => torch.nn.Tanh())
            .map(Net, _ => torch.nn.ReLU())
            .map(Net, _ => torch.nn.Sigmoid())
            .map("*.Net", _ => torch.nn.Identity())
            .map("there.?et", _ => torch.nn.Mish());

        Assert.IsType<Sigmoid>(Load(Module(Net), registry));
        Assert.IsType<Identity>(Load(Module("there.Net"), registry));
        Assert.IsType<Tanh>(Load(Module("here.Other"), registry));
    }

    [Fact]
    public void ARegistryDoesNotChange()
    {
        var registry = new ModuleRegistry();
        _ = registry.map(Net, _ => torch.nn.Tanh());

        Assert.Throws<UnknownClassException>(() => Load(Module(Net), registry));
    }

    [Fact]
    public void ALayerOfPyTorchsCanBeMappedElsewhere()
    {
        var registry = new ModuleRegistry().map("torch.nn.modules.activation.Tanh", _ => torch.nn.ReLU());

        Assert.IsType<ReLU>(Load(Module("torch.nn.modules.activation.Tanh"), registry));
    }

    [Fact]
    public void AFactoryThatForgetsALayerFailsByTheNamesOfItsTensors()
    {
        var file = Module(Net, children: [("fc", Linear(2, 1, Floats(1, 2)))]);

        var error = Assert.Throws<StateDictException>(() => Load(file, new ModuleRegistry().map(Net, _ => torch.nn.Tanh())));

        Assert.Contains("fc.weight", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFactoryThatReturnsNothingIsNamed()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Load(Module(Net), new ModuleRegistry().map<torch.nn.Module>(Net, _ => null!)));

        Assert.Contains("the factory of the model (here.Net) returned null", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AClassWithoutANameIsTheCallersMistake()
    {
        Assert.Throws<ArgumentException>(() => new ModuleRegistry().map<Nameless>());
        Assert.Throws<ArgumentException>(() => new ModuleRegistry().map(_ => new Nameless()));
    }

    [Fact]
    public void ASettingThatMayBeLostIsIgnoredByItsName()
    {
        var file = Linear(2, 1, Floats(1, 2));
        ((PyDict)file.State!)["mark"] = "here";

        var error = Assert.Throws<NotSupportedException>(() => Load(file));
        Assert.Contains("the model (torch.nn.modules.linear.Linear) has the setting mark='here'", error.Message, StringComparison.Ordinal);
        Assert.IsType<Linear>(Load(file, new ModuleRegistry().ignore("mark")));
    }

    [Fact]
    public void AFactoryGetsSettingsShapesAndChildren()
    {
        var file = Module(Net, [("width", 7), ("kind", "wide")], [("gain", Floats(3))], [("fc", Linear(2, 1, Floats(1, 2)))]);
        SavedModule? given = null;
        var registry = new ModuleRegistry().map(Net, saved =>
        {
            given = saved;
            Assert.Same(saved.child<Linear>("fc"), saved.child<Linear>("fc"));
            return saved.sequential();
        });

        Assert.Throws<StateDictException>(() => Load(file, registry));

        Assert.Equal(7, given!["width"].AsInt64());
        Assert.Equal(["width", "kind"], given.settings.Keys);
        Assert.Equal([3L], given.parameters["gain"].Shape);
        Assert.Equal("fc", given.children["fc"].path);
        Assert.Contains("it has 'width', 'kind'", Assert.Throws<KeyNotFoundException>(() => given["depth"]).Message, StringComparison.Ordinal);
        Assert.Contains("it has 'fc'", Assert.Throws<KeyNotFoundException>(() => given.child<Linear>("head")).Message, StringComparison.Ordinal);
        Assert.Contains("becomes a Linear, not a Conv2d", Assert.Throws<NotSupportedException>(() => given.child<Conv2d>("fc")).Message, StringComparison.Ordinal);
    }

    private sealed class Nameless() : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(Nameless))
    {
        public override torch.Tensor forward(torch.Tensor input) => input;
    }
}
