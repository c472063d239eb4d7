using static TorchSharp.torch;

namespace Torchkeep.TorchSharp.Tests;

/// <summary>Whole modules and TorchScript go into modules as a state_dict does.</summary>
public sealed class ArchiveTests
{
    [Fact]
    public void AWholeModuleGoesIntoAModule()
    {
        using var expected = nn.Linear(2, 3);
        var tensors = expected.state_dict(keep_vars: false);
        var module = new PyObject(PyObjectKind.New, new PyGlobal("torch.nn.modules.linear", "Linear"), PyTuple.Empty)
        {
            State = new PyDict
            {
                ["_parameters"] = new PyDict { ["weight"] = View(tensors["weight"]), ["bias"] = View(tensors["bias"]) },
                ["_buffers"] = new PyDict(),
                ["_modules"] = new PyDict(),
                ["training"] = true,
            },
        };
        using var stream = new MemoryStream();
        Checkpoint.Save(new PyDict { ["model"] = module, ["epoch"] = 3 }, stream, cancellationToken: TestContext.Current.CancellationToken);
        using var loaded = InMemory.Load(stream.ToArray());
        using var net = nn.Linear(2, 3);

        Assert.Equal("<All keys matched successfully>", net.load_state_dict(loaded["model"]).ToString());
        Assert.Equal(Bits.Of(expected.weight), Bits.Of(net.weight));
        Assert.Equal(1, loaded["model"].state_dict().metadata![""]["version"].AsInt64());

        // A dictionary stays what PyTorch takes it for.
        Assert.Throws<StateDictException>(() => net.load_state_dict(loaded));
        Assert.Throws<InvalidOperationException>(loaded.state_dict);
    }

    private static TensorView View(Tensor tensor) => TensorView.FromArray(tensor.data<float>().ToArray(), ElementType.Float32, tensor.shape);
}
