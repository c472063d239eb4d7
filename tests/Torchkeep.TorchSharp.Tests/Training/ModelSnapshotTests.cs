using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Training;

public class ModelSnapshotTests
{
    [Fact]
    public void TrainingGoesOnWithoutChangingIt()
    {
        using var model = Nets.Small().Randomized();
        using var snapshot = model.snapshot();
        var file = InMemory.Save(model.state_dict(keep_vars: false));

        Train(model);

        Assert.Equal(file, InMemory.Save(snapshot.state_dict()));
        Assert.NotEqual(file, InMemory.Save(model.state_dict(keep_vars: false)));
        snapshot.restore();
        Assert.Equal(file, InMemory.Save(model.state_dict(keep_vars: false)));
    }

    [Fact]
    public void ItOutlivesTheScopeAndTheModelStaysTrainable()
    {
        using var model = Nets.Small().Randomized();
        ModelSnapshot snapshot;
        using (NewDisposeScope())
        {
            snapshot = model.snapshot();
        }

        using (snapshot)
        {
            Assert.All(snapshot.state_dict().Values, tensor => Assert.False(tensor.IsInvalid || tensor.requires_grad));
            snapshot.restore();
            Assert.All(model.parameters(), parameter => Assert.True(parameter.requires_grad));
            Train(model);
        }
    }

    [Fact]
    public void TakenAnewItUsesTheSameMemory()
    {
        using var model = Nets.Small().Randomized();
        using var snapshot = model.snapshot();
        var places = Places();
        Train(model);

        snapshot.update();

        Assert.Equal(places, Places());
        Assert.Equal(InMemory.Save(model.state_dict(keep_vars: false)), InMemory.Save(snapshot.state_dict()));

        List<nint> Places() => [.. snapshot.state_dict().Values.Select(Native.Data)];
    }

    [Fact]
    public void TakenAnewOfAnotherTypeItIsOfThatType()
    {
        using var model = Nets.Small().Randomized();
        using var snapshot = model.snapshot();

        model.to(float64);
        snapshot.update();

        Assert.Equal(float64, snapshot.state_dict()["first.weight"].dtype);
        Assert.Equal(InMemory.Save(model.state_dict(keep_vars: false)), InMemory.Save(snapshot.state_dict()));
    }

    [Fact]
    public void TiedWeightsStayOne()
    {
        using var first = Linear(4, 4);
        using var second = Linear(4, 4, hasBias: false);
        second.weight = first.weight!;
        using var model = Sequential(("first", first), ("second", second));

        using var snapshot = model.snapshot();

        var state = snapshot.state_dict();
        Assert.Equal(Native.Data(state["first.weight"]), Native.Data(state["second.weight"]));
        Assert.NotEqual(Native.Data(first.weight!), Native.Data(state["first.weight"]));
        Assert.Equal(InMemory.Save(model.state_dict(keep_vars: false)), InMemory.Save(state));
    }

    [Fact]
    public void OnceDisposedItIsNotRestored()
    {
        using var model = Nets.Small().Randomized();
        var snapshot = model.snapshot();
        var file = InMemory.Save(model.state_dict(keep_vars: false));
        snapshot.Dispose();

        Assert.Throws<ObjectDisposedException>(snapshot.restore);
        Assert.Throws<ObjectDisposedException>(snapshot.state_dict);
        Assert.Equal(file, InMemory.Save(model.state_dict(keep_vars: false)));
    }

    [Fact]
    public void AModelWithoutTensorsHasAnEmptyOne()
    {
        using var model = ReLU();
        using var snapshot = model.snapshot();

        snapshot.update();
        snapshot.restore();

        Assert.Empty(snapshot.state_dict());
    }

    private static void Train(Module<Tensor, Tensor> model)
    {
        using var scope = NewDisposeScope();
        var optimizer = optim.SGD(model.parameters(), 0.1);
        model.forward(rand(5, 3)).sum().backward();
        optimizer.step();
    }
}
