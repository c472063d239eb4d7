using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Who owns the tensors that are made: TorchSharp's scopes say it by what they dispose, its statistics by what is left.</summary>
public class DisposeScopeTests
{
    private static readonly byte[] _file = InMemory.Save(new Dictionary<string, object>
    {
        ["floats"] = Nets.Small().state_dict(keep_vars: false),
        ["doubles"] = Nets.Small().to(float64).state_dict(keep_vars: false),
        ["wrong"] = Nets.Small(outputs: 3).state_dict(keep_vars: false),
        ["list"] = new Tensor[] { ones(2), new Parameter(ones(2)), zeros(2) },
    });

    private static readonly Dictionary<string, Action<Sequential, LoadedCheckpoint>> _leavingNothing = new()
    {
        ["saving TorchSharp's state_dict"] = (module, _) => InMemory.Save(module.state_dict()),
        ["saving parameters"] = (module, _) => InMemory.Save(module.parameters().ToList()),
        ["loading a file"] = (module, loaded) => module.load_state_dict(loaded["floats"]),
        ["loading a file with conversion"] = (module, loaded) => module.load_state_dict(loaded["doubles"]),
        ["assigning a file"] = (module, loaded) => module.load_state_dict(loaded["floats"], assign: true),
        ["assigning a file of another type"] = (module, loaded) => module.load_state_dict(loaded["doubles"], assign: true),
        ["loading tensors"] = (module, _) => module.load_state_dict(module.state_dict(), assign: false),
        ["assigning tensors"] = (module, _) => module.load_state_dict(module.state_dict(), assign: true),
        ["failing"] = (module, loaded) => Assert.Throws<StateDictException>(() => module.load_state_dict(loaded["wrong"])),
        ["failing to assign"] = (module, loaded) => Assert.Throws<StateDictException>(() => module.load_state_dict(loaded["wrong"], assign: true)),
        ["refusing to save"] = (module, _) => Assert.Throws<NotSupportedException>(() => InMemory.Save(new object[] { module.state_dict(), DateTime.UnixEpoch })),
    };

    public static TheoryData<string> LeavingNothing => [.. _leavingNothing.Keys];

    [Theory]
    [MemberData(nameof(LeavingNothing))]
    public void NothingIsLeftBehind(string action)
    {
        using var loaded = InMemory.Load(_file);
        var module = Nets.Small();
        using var scope = NewDisposeScope();
        _leavingNothing[action](module, loaded);
        var tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        _leavingNothing[action](module, loaded);

        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Theory]
    [InlineData("floats", false)]
    [InlineData("doubles", false)]
    [InlineData("floats", true)]
    [InlineData("doubles", true)]
    public void AModuleOutlivesTheScopeOfItsLoad(string part, bool assign)
    {
        var module = Nets.Small();
        var expected = Nets.Small();
        using (NewDisposeScope())
        {
            module.load_state_dict(InMemory.Load(_file)[part], assign: assign);
        }

        expected.load_state_dict(InMemory.Load(_file)[part]);
        Assert.Equal(Bits.Of(expected.to(module.parameters().First().dtype)), Bits.Of(module));
    }

    [Fact]
    public void LoadedTensorsJoinTheScopeAndGoWithIt()
    {
        List<Tensor> tensors;
        using (var scope = NewDisposeScope())
        {
            tensors = InMemory.Load(_file)["list"].tensors();
            Assert.Equal(tensors.Count, scope.DisposablesCount);
        }

        Assert.All(tensors, tensor => Assert.True(tensor.IsInvalid));
    }

    [Fact]
    public void OutsideOfAScopeLoadedTensorsStay()
    {
        var tensors = InMemory.Load(_file)["list"].tensors();

        Assert.All(tensors, tensor => Assert.False(tensor.IsInvalid));
        Assert.Equal([1f, 1f], tensors[1].data<float>().ToArray());
    }

    [Fact]
    public void AStateDictsDetachedTensorsJoinTheScopeAndParametersDoNot()
    {
        var module = Nets.Small();
        using (var scope = NewDisposeScope())
        {
            _ = module.state_dict(keep_vars: false);
            Assert.Equal(Nets.SmallKeys.Length, scope.DisposablesCount);
            _ = module.state_dict(keep_vars: true);
            Assert.Equal(Nets.SmallKeys.Length, scope.DisposablesCount);
        }

        Assert.All(module.parameters(), parameter => Assert.False(parameter.IsInvalid));
    }

    [Fact]
    public void SavingInsideAScopeLeavesTheTensorsOfOthersInIt()
    {
        using var scope = NewDisposeScope();
        var tensor = ones(2);

        InMemory.Save(tensor);
        InMemory.Save(torch.complex(tensor, tensor).conj());

        Assert.False(tensor.IsInvalid);
        Assert.Equal([1f, 1f], tensor.data<float>().ToArray());
    }
}
