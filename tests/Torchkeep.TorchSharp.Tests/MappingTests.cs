using TorchSharp;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>What has entries is a dictionary, and what has attributes is indexed by their names.</summary>
public sealed class MappingTests
{
    public static TheoryData<string, string> Objects =>
        [.. from version in _versions from name in new[] { "namespace", "simple", "dataclass", "slots", "default", "user" } select (version, name)];

    private static readonly string[] _versions = ["1.13", "2.14"];

    public static TheoryData<string> Versions => [.. _versions];

    [Theory, MemberData(nameof(Objects))]
    public void ItIsIndexed(string version, string name)
    {
        using var loaded = torch.load(Repository.Keys(version, "mappings.pt"), weights_only: true);

        var part = loaded[name];

        Assert.Equal((0.1, name), ((double)part["lr"], (string)part["name"]));
        Assert.Equal(["lr", "name"], part.keys());
        Assert.True(part.contains("lr"));
        Assert.False(part.contains("missing"));
        Assert.Equal((0.1, 5), (part.get("lr", 0.0), part.get("missing", 5)));
        Assert.Equal([0.1, name], part.dict<LoadedCheckpoint>().Values.Select(entry => entry.value is PyFloat ? (double)entry : (object)(string)entry));
        Assert.Contains("'lr', 'name'", Assert.Throws<KeyNotFoundException>(() => part["missing"]).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Versions))]
    public void EntriesComeBeforeAttributes(string version)
    {
        using var loaded = torch.load(Repository.Keys(version, "mappings.pt"), weights_only: true);

        var config = loaded["config"];

        Assert.Equal("entry", (string)config["name"]);
        Assert.Equal(7, (int)config["extra"]);
        Assert.True(config.contains("extra"));
        Assert.Equal(["lr", "name"], config.keys());
        Assert.Equal("attribute", config.value.AsAttributes()["name"].AsString());
        Assert.Equal(new() { ["lr"] = 3, ["name"] = 4 }, loaded["counter"].dict<int>());
    }

    [Theory, MemberData(nameof(Versions))]
    public void WhatIsWrongIsSaidWithTheWayToIt(string version)
    {
        using var loaded = torch.load(Repository.Keys(version, "mappings.pt"), weights_only: true);

        Assert.StartsWith("['namespace'].lr: expected a str", Assert.Throws<InvalidOperationException>(() => (string)loaded["namespace"]["lr"]).Message, StringComparison.Ordinal);
        Assert.StartsWith("['config']['name']: expected a float", Assert.Throws<InvalidOperationException>(() => (double)loaded["config"]["name"]).Message, StringComparison.Ordinal);
        Assert.StartsWith("['odd'].__dict__['a name']: ", Assert.Throws<InvalidOperationException>(() => (int)loaded["odd"]["a name"]).Message, StringComparison.Ordinal);
        Assert.Contains("expected a dictionary", Assert.Throws<InvalidOperationException>(() => loaded["namespace"]["lr"]["x"]).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Versions))]
    public void AStateDictAmongAttributesLoads(string version)
    {
        using var loaded = torch.load(Repository.Keys(version, "mappings.pt"), weights_only: true);
        using var model = nn.Linear(3, 2).Randomized();

        model.load_state_dict(loaded["holder"]["net"]);

        Assert.Equal(6f, model.weight!.sum().item<float>());
        Assert.StartsWith("Expected state_dict to be dict-like", Assert.Throws<ArgumentException>(() => model.load_state_dict(loaded["namespace"])).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Versions))]
    public void AClassDerivedFromDictIsAStateDict(string version)
    {
        var path = Repository.Keys(version, "state.pt");
        using var loaded = torch.load(path, weights_only: true);
        using var nested = torch.load(Repository.Keys(version, "nested_state.pt"), weights_only: true);
        foreach (var state in new[] { loaded, nested["state_dict"] })
        {
            using var model = nn.Linear(3, 2);
            model.load_state_dict(state);

            Assert.Equal(["weight", "bias"], state.state_dict().Keys);
            Assert.Equal(Bits.Of(state["weight"].tensor()), Bits.Of(model.weight!));
            Assert.Equal(["weight", "bias"], model.warm_start(state).applied);
        }

        using var byPath = nn.Linear(3, 2);
        byPath.load_state_dict(path);
        Assert.Equal(1, loaded.state_dict().metadata![""]["version"].AsInt64());
    }

    [Theory, MemberData(nameof(Versions))]
    public void KeysAreInPythonsSpelling(string version)
    {
        using var loaded = torch.load(Repository.Keys(version, "keys.pt"), weights_only: true);

        var keys = loaded["keys"].keys();

        Assert.Equal("('user', 'rates', 'movie')", keys[0]);
        Assert.Contains("torch.Size([2, 3])", keys);
        Assert.Contains("a.b", keys);
        Assert.Equal(0, loaded["keys"].value.AsDict()[new PyTuple("user", "rates", "movie")].AsTensor().ToArray<long>()[0]);
    }

    [Fact]
    public void OfPublicReports()
    {
        using var args = torch.load(Repository.Report("70_args.pt"), weights_only: true);
        Assert.Equal(0.1, (double)args["args"]["lr"]);

        var path = Repository.Report("59_od_subclass.pt");
        using var loaded = torch.load(path, weights_only: true);
        using var model = nn.Linear(loaded["weight"].tensor().shape[1], loaded["weight"].tensor().shape[0]);
        model.load_state_dict(path);
        Assert.Equal(Bits.Of(loaded["weight"].tensor()), Bits.Of(model.weight!));
    }
}
