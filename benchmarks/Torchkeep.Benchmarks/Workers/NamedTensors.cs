using TorchSharp;
using TorchSharp.Modules;

namespace Torchkeep.Benchmarks.Workers;

/// <summary>A module with the tensors of a file, under their names: a model that exists, for any file.</summary>
internal sealed class NamedTensors() : torch.nn.Module("")
{
    private readonly Dictionary<string, NamedTensors> _children = [];

    internal static NamedTensors Like(string path)
    {
        var root = new NamedTensors();
        using var loaded = torch.load(path, weights_only: true);
        foreach (var (name, tensor) in loaded.state_dict())
        {
            var parts = name.Split('.');
            var module = parts[..^1].Aggregate(root, (current, part) => current.Child(part));
            if (tensor.is_floating_point() && !parts[^1].StartsWith("running", StringComparison.Ordinal))
            {
                module.register_parameter(parts[^1], new Parameter(tensor.clone()));
            }
            else
            {
                module.register_buffer(parts[^1], tensor.clone());
            }

            tensor.Dispose();
        }

        return root;
    }

    private NamedTensors Child(string name)
    {
        if (!_children.TryGetValue(name, out var child))
        {
            _children[name] = child = new();
            register_module(name, child);
        }

        return child;
    }
}
