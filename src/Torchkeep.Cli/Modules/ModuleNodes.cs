namespace Torchkeep.Cli.Modules;

/// <summary>Makes the nodes of a tree: of the records of modules, or of the names in a state_dict.</summary>
internal sealed class ModuleNodes
{
    private const string NoClass = "Module";

    // What nn.BatchNorm and nn.InstanceNorm keep beside parameters; a state_dict says of no tensor which it is.
    private static readonly HashSet<string> _buffers = ["running_mean", "running_var", "num_batches_tracked"];

    // Each module lists the tensors of all below it.
    private const long MaxListed = 2_000_000;

    private readonly Dictionary<ModuleRecord, ModuleNode> _made = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private long _listed;

    /// <exception cref="UnsupportedCheckpointException">The modules are nested too deep, or stand in too many places.</exception>
    internal static ModuleNode Of(ModuleRecord root)
    {
        // As deep as it lets them be, they fit on the stack.
        _ = root.Walk().Count();
        return new ModuleNodes().Make(root);
    }

    /// <exception cref="CommandException">The names are nested too deep.</exception>
    internal static ModuleNode Of(PyDict state)
    {
        const int MaxDepth = 100;
        var nodes = new ModuleNodes();
        var root = new NameTree();
        foreach (var (key, value) in state)
        {
            var parts = key is PyString name ? name.Value.Split('.') : [key.ToString()!];
            if (parts.Length > MaxDepth)
            {
                throw new CommandException($"a name in the state_dict has more than {MaxDepth} parts");
            }

            root.Add(parts, value.TryAsTensor(out var tensor) ? tensor : null);
        }

        return nodes.Make(root);
    }

    private ModuleNode Make(ModuleRecord module)
    {
        if (_made.TryGetValue(module, out var known))
        {
            return known;
        }

        var node = new ModuleNode(module.Name, LayerReprs.Of(module), module.ClassName == "torch.nn.modules.container.ModuleList");
        foreach (var tensor in module.Parameters.Values.OfType<PyTensor>())
        {
            node.Tensors.Add(tensor);
            node.Parameters.Add(tensor);
        }

        node.Tensors.UnionWith(module.Buffers.Values.OfType<PyTensor>());

        // Quantized weights are among the settings, also as a pair with a bias.
        foreach (var value in module.Settings.Values.SelectMany(value => value is PyTuple pair ? pair.Items : [value]))
        {
            node.Tensors.UnionWith(value switch
            {
                PyQuantizedTensor quantized => quantized.Parts.Select(part => part.Value),
                PyTensor tensor => [tensor],
                _ => [],
            });
        }

        foreach (var (name, child) in module.Children)
        {
            node.Add(name, child is null ? null : Make(child));
        }

        return _made[module] = Number(node);
    }

    private ModuleNode Make(NameTree names)
    {
        var node = new ModuleNode(NoClass, names.Tensors.Count == 0 ? [] : [string.Join(", ", names.Tensors.Keys)], IsList: false);
        foreach (var (name, tensor) in names.Tensors)
        {
            if (tensor is not null)
            {
                node.Tensors.Add(tensor);
                _ = !_buffers.Contains(name) && node.Parameters.Add(tensor);
            }
        }

        foreach (var (name, below) in names.Below)
        {
            node.Add(name, Make(below));
        }

        return Number(node);
    }

    // Equal texts get equal numbers without being written.
    private ModuleNode Number(ModuleNode node)
    {
        _listed += node.Tensors.Count;
        if (_listed > MaxListed)
        {
            throw new CommandException($"its modules hold so many tensors, and so deep, that they would be listed more than {MaxListed} times");
        }

        var children = node.Children.Select(child => $"{child.Label.Length}:{child.Label}{child.Child?.Kind ?? -1}");
        var text = $"{node.IsList}{node.Name.Length}:{node.Name}{string.Join('\n', node.Lines)}\n{string.Join('\n', children)}";
        if (!_kinds.TryGetValue(text, out var kind))
        {
            _kinds[text] = kind = _kinds.Count;
        }

        node.Kind = kind;
        return node;
    }

    /// <summary>Names joined by dots as a tree.</summary>
    private sealed class NameTree
    {
        internal OrderedDictionary<string, PyTensor?> Tensors { get; } = new(StringComparer.Ordinal);

        internal OrderedDictionary<string, NameTree> Below { get; } = new(StringComparer.Ordinal);

        internal void Add(string[] parts, PyTensor? tensor)
        {
            var at = this;
            foreach (var part in parts[..^1])
            {
                if (!at.Below.TryGetValue(part, out var below))
                {
                    at.Below[part] = below = new();
                }

                at = below;
            }

            at.Tensors[parts[^1]] = tensor;
        }
    }
}
