using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests.Overloads;

/// <summary>Which calls on a module are Torchkeep's; the types of what they return say so at compile time.</summary>
public sealed class ModuleOverloadTests : IDisposable
{
    private static readonly Dictionary<string, Func<nn.Module, StateDict>> _reads = new()
    {
        ["model.state_dict(keep_vars: false)"] = model => model.state_dict(keep_vars: false),
        ["model.state_dict(keep_vars: true)"] = model => model.state_dict(keep_vars: true),
        ["model.state_dict(false)"] = model => model.state_dict(false),
        ["model.state_dict(keep_vars: false, prefix: \"\")"] = model => model.state_dict(keep_vars: false, prefix: ""),
        ["model.state_dict(prefix: \"\", keep_vars: false)"] = model => model.state_dict(prefix: "", keep_vars: false),
        ["ModuleExtensions.state_dict(model, keep_vars: false)"] = model => ModuleExtensions.state_dict(model, keep_vars: false),
    };

    private static readonly Dictionary<string, Func<nn.Module, string, IncompatibleKeys>> _loads = new()
    {
        ["model.load_state_dict(path)"] = (model, path) => model.load_state_dict(path),
        ["model.load_state_dict(path, strict: false)"] = (model, path) => model.load_state_dict(path, strict: false),
        ["model.load_state_dict(path, assign: true)"] = (model, path) => model.load_state_dict(path, assign: true),
        ["model.load_state_dict(torch.load(path, weights_only: true))"] = (model, path) => model.load_state_dict(torch.load(path, weights_only: true)),
        ["model.load_state_dict(loaded, false)"] = (model, path) => model.load_state_dict(torch.load(path, weights_only: true), false),
        ["model.load_state_dict(loaded, strict: false)"] = (model, path) => model.load_state_dict(torch.load(path, weights_only: true), strict: false),
        ["model.load_state_dict(loaded, assign: true)"] = (model, path) => model.load_state_dict(torch.load(path, weights_only: true), assign: true),
        ["model.load_state_dict(loaded, strict: false, assign: true)"] = (model, path) => model.load_state_dict(torch.load(path, weights_only: true), strict: false, assign: true),
        ["model.load_state_dict(state_dict)"] = (model, path) => model.load_state_dict(Read(path)),
        ["model.load_state_dict(state_dict, strict: false)"] = (model, path) => model.load_state_dict(Read(path), strict: false),
        ["model.load_state_dict(state_dict, assign: true)"] = (model, path) => model.load_state_dict(Read(path), assign: true),
        ["model.load_state_dict(state_dict, strict: false, assign: true)"] = (model, path) => model.load_state_dict(Read(path), strict: false, assign: true),
        ["model.load_state_dict(dictionary, assign: false)"] = (model, path) => model.load_state_dict(new Dictionary<string, Tensor>(Read(path)), assign: false),
        ["model.load_state_dict(dictionary, true, false)"] = (model, path) => model.load_state_dict(new Dictionary<string, Tensor>(Read(path)), true, false),
        ["model.load_state_dict(dictionary, strict: false, assign: true)"] = (model, path) => model.load_state_dict(new Dictionary<string, Tensor>(Read(path)), strict: false, assign: true),
        ["model.load_state_dict(sortedDictionary)"] = (model, path) => model.load_state_dict(new SortedDictionary<string, Tensor>(new Dictionary<string, Tensor>(Read(path)))),
        ["model.load_state_dict(sortedDictionary, strict: false)"] = (model, path) => model.load_state_dict(new SortedDictionary<string, Tensor>(new Dictionary<string, Tensor>(Read(path))), strict: false),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Linear _saved = nn.Linear(3, 2);

    public ModuleOverloadTests() => torch.save(_saved.state_dict(keep_vars: false), _folder["saved.pt"]);

    public static TheoryData<string> Reads => [.. _reads.Keys];

    public static TheoryData<string> Loads => [.. _loads.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Reads))]
    public void AStateDictOfTorchkeepHasMetadata(string call) =>
        Assert.NotNull(_reads[call](_saved).metadata);

    [Theory]
    [MemberData(nameof(Loads))]
    public void ALoadFillsTheModule(string call)
    {
        var model = nn.Linear(3, 2);

        var keys = _loads[call](model, _folder["saved.pt"]);

        Assert.Equal(new([], []), keys, SameKeys);
        Assert.Equal(Bits.Of(_saved), Bits.Of(model));
    }

    [Fact]
    public void TheSecondPositionIsStrictForEveryKindAsInPyTorch()
    {
        var model = nn.Linear(3, 2);
        StateDict empty = [];

        Assert.Equal(2, model.load_state_dict(empty, false).missing_keys.Count);
        Assert.Equal(2, model.load_state_dict(new SortedDictionary<string, Tensor>(), false).missing_keys.Count);
        Assert.Equal(2, model.load_state_dict(new Dictionary<string, Tensor>(), false, false).missing_keys.Count);
        Assert.Throws<StateDictException>(() => model.load_state_dict(empty, true));
    }

    [Fact]
    public void ADictionaryWithoutAssignIsTorchSharpsWhichBroadcasts()
    {
        var model = nn.Linear(3, 4, hasBias: false);
        Dictionary<string, Tensor> smaller = new() { ["weight"] = ones(1, 3) };

        (IList<string> missing, IList<string> unexpected) = model.load_state_dict(smaller, strict: true);

        Assert.Empty(missing.Concat(unexpected));
        Assert.Equal(12, model.weight.sum().item<float>());
    }

    [Fact]
    public void AStateDictWithoutKeepVarsIsTorchSharpsInItsOwnOrder()
    {
        Dictionary<string, Tensor> own = Nets.Small().state_dict();

        Assert.Equal(["first.weight", "first.bias", "norm.weight", "norm.bias", "last.weight"], own.Keys.Take(5));
    }

    [Fact]
    public void APrefixWithoutKeepVarsIsTorchSharpsWhichAddsADot()
    {
        Dictionary<string, Tensor> own = _saved.state_dict(prefix: "encoder.");

        Assert.Equal(["encoder..weight", "encoder..bias"], own.Keys);
    }

    private static StateDict Read(string path)
    {
        using var loaded = torch.load(path, weights_only: true);
        return loaded.state_dict();
    }

    private static bool SameKeys(IncompatibleKeys left, IncompatibleKeys right) => left.ToString() == right.ToString();
}
