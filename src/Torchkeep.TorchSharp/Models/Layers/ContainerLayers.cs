using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>torch/nn/modules/container.py.</summary>
internal static class ContainerLayers
{
    internal static readonly Layer[] Rows =
    [
        Layer.Of<Sequential>("container.Sequential", s => s.Saved.sequential(), (m, a) => WriteChildren(m, a)),
        Layer.Open("container.Sequential", typeof(Sequential<,>), _ => throw Unbuilt(), WriteChildren),
        Layer.Open("container.Sequential", typeof(Sequential<,,>), _ => throw Unbuilt(), WriteChildren),
        Layer.Open("container.Sequential", typeof(Sequential<,,,>), _ => throw Unbuilt(), WriteChildren),
        Layer.Open("container.Sequential", typeof(Sequential<,,,,>), _ => throw Unbuilt(), WriteChildren),
        Layer.Open("container.Sequential", typeof(Sequential<,,,,,>), _ => throw Unbuilt(), WriteChildren),
        Layer.Open("container.Sequential", typeof(Sequential<,,,,,,>), _ => throw Unbuilt(), WriteChildren),
        Layer.Open("container.ModuleList", typeof(ModuleList<>), s => s.Saved.ListOf<Module>(), WriteChildren),
        Layer.Open("container.ModuleDict", typeof(ModuleDict<>), s => s.Saved.DictOf<Module>(), WriteChildren),
        Layer.Of<ParameterList>(
            "container.ParameterList",
            s =>
            {
                s.Accept("_size");
                return nn.ParameterList([.. Parameters(s).Select(entry => entry.Parameter)]);
            },
            (m, a) =>
            {
                a["_size"] = m.Count;
                a.Name([.. a.Node.Tensors.Keys]);
            }),
        Layer.Of<ParameterDict>(
            "container.ParameterDict",
            s => nn.ParameterDict([.. Parameters(s)]),
            (_, a) =>
            {
                // An ordered set, as the keys of a dictionary.
                string[] names = [.. a.Node.Tensors.Keys];
                var keys = new PyDict();
                foreach (var name in names)
                {
                    keys[name] = PyNone.Value;
                }

                a["_keys"] = keys;
                a.Name(names);
            }),
    ];

    private static InvalidOperationException Unbuilt() => new("a Sequential of PyTorch's is TorchSharp's plain one");

    private static IEnumerable<(string Name, Parameter Parameter)> Parameters(LayerSettings s)
    {
        foreach (var (name, tensor) in s.Saved.Record.Parameters)
        {
            if (tensor is not null)
            {
                s.Expect(name, tensor.View.Shape.AsSpan());
                yield return (name, new(zeros(tensor.View.Shape.ToArray(), ElementTypeMap.ToScalar(tensor.View.ElementType)), tensor.RequiresGrad));
            }
        }
    }

    private static void WriteChildren(Module module, LayerAttributes a) => a.Encoder.AddChildren(module, a);
}
