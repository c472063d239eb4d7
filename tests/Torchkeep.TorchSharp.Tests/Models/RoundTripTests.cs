using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep.TorchSharp.Tests.Models;

/// <summary>Entire models saved and loaded without Python in between.</summary>
public class RoundTripTests
{
    [Fact]
    public void AModelOfYoursComesBackWithTiesModesAndGradients()
    {
        using var folder = new TemporaryFolder();
        var registry = new ModuleRegistry().map<Encoder>();
        using var model = new Encoder().Randomized();
        model.Scale = 3;
        model.eval();
        model.named_modules().Single(entry => entry.name == "body.1").module.train();
        torch.save(model, folder["whole.pt"], registry);

        using var again = torch.load_model<Encoder>(folder["whole.pt"], registry);

        Assert.Equal(Bits.Of(model), Bits.Of(again));
        Assert.Same(again.first.weight, ((Linear)again.body[2]).weight);
        Assert.False(again.gain.requires_grad);
        Assert.Equal(
            model.named_modules().Select(entry => (entry.name, entry.module.training)), again.named_modules().Select(entry => (entry.name, entry.module.training)));
        Assert.True(again.named_modules().Single(entry => entry.name == "body.1").module.training);
        Assert.False(again.training);
        Assert.Equal(Bits.Of(model.get_buffer("mask")!), Bits.Of(again.get_buffer("mask")!));
    }

    [Fact]
    public void LayersAloneNeedNoRegistry()
    {
        var stream = new MemoryStream();
        using var model = torch.nn.Sequential(("in", torch.nn.Conv2d(1, 2, 3)), ("act", torch.nn.ReLU()), ("out", torch.nn.Flatten())).Randomized();
        torch.save(model, stream);

        using var loaded = torch.load(new MemoryStream(stream.ToArray()));
        using var again = loaded.module<Sequential>();

        Assert.Equal(Bits.Of(model), Bits.Of(again));
        Assert.Equal(["in", "act", "out"], again.named_children().Select(child => child.name));
        using var input = torch.randn(2, 1, 5, 5);
        Assert.Equal(Bits.Of(model.call(input)), Bits.Of(again.call(input)));
    }

    [Fact]
    public void OneModuleInTwoPlacesIsOneAgain()
    {
        var stream = new MemoryStream();
        var shared = torch.nn.Linear(2, 2);
        using var model = torch.nn.Sequential(("a", shared), ("b", torch.nn.Tanh()), ("c", shared));
        torch.save(model, stream);

        using var loaded = torch.load(new MemoryStream(stream.ToArray()));
        using var again = loaded.module<Sequential>();

        Assert.Same(again[0], again[2]);
    }

    [Fact]
    public void AModelInACheckpointIsTakenByItsKey()
    {
        using var folder = new TemporaryFolder();
        using var model = torch.nn.Linear(2, 3);
        torch.save(new Dictionary<string, object?> { ["epoch"] = 3L, ["model"] = model }, folder["run.pt"]);

        using var loaded = torch.load(folder["run.pt"], weights_only: true);
        using var again = loaded["model"].module<Linear>();

        Assert.Equal(Bits.Of(model), Bits.Of(again));
        var error = Assert.Throws<InvalidOperationException>(() => loaded["epoch"].module());
        Assert.Contains("expected an entire model, found int", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModelInACheckpointIsSavedByARegistry()
    {
        var stream = new MemoryStream();
        using var recurrent = torch.nn.RNN(2, 3);
        using var model = new Nets.Unnamed();
        var registry = new ModuleRegistry().map("net.Unnamed", _ => new Nets.Unnamed());
        registry.describe(recurrent, ("nonlinearity", "tanh"));

        torch.save_checkpoint(
            new Dictionary<string, object?> { ["model"] = model, ["encoder"] = recurrent }, stream, registry: registry, cancellationToken: TestContext.Current.CancellationToken);

        using var loaded = torch.load(new MemoryStream(stream.ToArray()));
        using var again = loaded["encoder"].module<RNN>(registry);
        Assert.IsType<Nets.Unnamed>(loaded["model"].module(registry));
        Assert.Equal(Bits.Of(recurrent), Bits.Of(again));
    }

    [Fact]
    public void AFailedSaveLeavesTheOlderFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["whole.pt"], "older");

        var error = Assert.Throws<NotSupportedException>(() => torch.save(torch.nn.Sequential(new Nets.Unnamed()), folder["whole.pt"]));

        Assert.Contains("no one said which Unnamed is", error.Message, StringComparison.Ordinal);
        Assert.Equal("older", File.ReadAllText(folder["whole.pt"]));
        Assert.Equal(["whole.pt"], Directory.EnumerateFiles(Path.GetDirectoryName(folder["whole.pt"])!).Select(Path.GetFileName));
    }

    [Fact]
    public void AClassSaysItsAttributesItself()
    {
        var stream = new MemoryStream();
        using var model = new Spoken();
        torch.save(new Dictionary<string, object?> { ["model"] = model }, stream);

        var record = ReadModule(stream, "model");

        Assert.Equal("net.Spoken", record.ClassName);
        Assert.Equal(["width", "names"], record.Settings.Keys);
        Assert.Equal(3, record.Settings["width"].AsInt64());
        Assert.Equal(["weight"], record.Parameters.Keys);
    }

    [Fact]
    public void AFieldThatNoFileCanHoldIsNamed()
    {
        var error = Assert.Throws<NotSupportedException>(() => torch.save(new Listening(), new MemoryStream()));

        Assert.Contains("the field 'heard' of Listening cannot be an attribute of the Python class", error.Message, StringComparison.Ordinal);
        Assert.Contains("mark it [PythonIgnore], or let Listening implement IPythonAttributes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTorchSharpHidesIsGivenOrRemembered()
    {
        var (first, second) = (new MemoryStream(), new MemoryStream());
        var registry = new ModuleRegistry();
        using var attention = torch.nn.MultiheadAttention(8, 2);
        var error = Assert.Throws<NotSupportedException>(() => torch.save(attention, first, registry));
        Assert.Contains("does not tell the setting 'num_heads' of the model", error.Message, StringComparison.Ordinal);

        registry.describe(attention, ("num_heads", 2L), ("dropout", 0.0), ("add_zero_attn", false));
        torch.save(attention, first, registry);
        using var loaded = torch.load(new MemoryStream(first.ToArray()));
        using var again = loaded.module<MultiheadAttention>(registry);
        torch.save(again, second, registry);

        Assert.Equal(first.ToArray(), second.ToArray());
    }

    private static ModuleRecord ReadModule(MemoryStream stream, string path)
    {
        using var checkpoint = Checkpoint.Open(stream.ToArray());
        return checkpoint.FindModule(path)!;
    }

    [PythonClass("net.Spoken")]
    private sealed class Spoken : torch.nn.Module, IPythonAttributes
    {
        private readonly Parameter weight = torch.nn.Parameter(torch.zeros(2));
        private readonly Action _log = () => { };

        internal Spoken()
            : base(nameof(Spoken)) => RegisterComponents();

        public IReadOnlyDictionary<string, object?> python_attributes
        {
            get
            {
                _log();
                return new Dictionary<string, object?> { ["width"] = 3L, ["names"] = new[] { "a", $"{weight.shape[0]}" } };
            }
        }
    }

    [PythonClass("net.Listening")]
    private sealed class Listening() : torch.nn.Module(nameof(Listening))
    {
        public Action heard { get; set; } = () => { };
    }
}
