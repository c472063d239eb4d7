using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Torchkeep.TorchSharp.Tests.Optim;

/// <summary>A small model in training.</summary>
internal static class Runs
{
    internal static Sequential Model() => Sequential(("first", Linear(3, 3)), ("last", Linear(3, 3)));

    internal static Adam Adam(Module model, int steps = 3) => Trained(optim.Adam(model.parameters(), 0.1), model, steps);

    internal static T Trained<T>(T optimizer, Module model, int steps = 3)
        where T : OptimizerHelper
    {
        for (var i = 0; i < steps; i++)
        {
            foreach (var parameter in model.parameters().Where(parameter => parameter.requires_grad))
            {
                parameter.grad = ones_like(parameter) * (i + 1) / 8;
            }

            optimizer.step();
        }

        return optimizer;
    }

    /// <summary>An optimizer's state_dict as PyTorch's dictionary.</summary>
    internal static PyDict Dict(OptimizerHelper optimizer)
    {
        using var loaded = InMemory.Reload(optimizer.state_dict());
        return (PyDict)Unfiled(loaded.value);
    }

    /// <summary>Options and state, to compare.</summary>
    internal static byte[] Bits(OptimizerHelper optimizer) => InMemory.Save(optimizer.state_dict());

    private static PyValue Unfiled(PyValue value)
    {
        switch (value)
        {
            case PyDict dict:
                PyDict copy = [];
                foreach (var (key, entry) in dict)
                {
                    copy[key] = Unfiled(entry);
                }

                return copy;
            case PyList list:
                return new PyList(list.Items.Select(Unfiled));
            case PyTensor { View: var view }:
                var bytes = new byte[view.ByteLength];
                view.ReadBytes(bytes);
                return new PyTensor(new(TensorStorage.FromArray(bytes), view.ElementType, view.Shape.AsSpan()));
            default:
                return value;
        }
    }
}
