using System.Reflection;
using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using Module = TorchSharp.torch.nn.Module;

namespace Torchkeep;

/// <summary>Reads what TorchSharp modules have registered into PyTorch's order.</summary>
internal static class ModuleTree
{
    // PyTorch's children of the layers that TorchSharp has in one native piece (torch/nn/modules/transformer.py), told apart
    // by a child that has parameters: first the decoder's, then the encoder's.
    private static readonly (string Mark, string[] Children)[] _composites =
    [
        ("multihead_attn",
            ["self_attn", "multihead_attn", "linear1", "dropout", "linear2", "norm1", "norm2", "norm3", "dropout1", "dropout2", "dropout3"]),
        ("self_attn",
            ["self_attn", "linear1", "dropout", "linear2", "norm1", "norm2", "dropout1", "dropout2"]),
    ];

    internal static ModuleNode Read(Module module)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        CheckRegistered(module);
        var norm = module switch
        {
            BatchNorm => NormKind.Batch,
            InstanceNorm => NormKind.Instance,
            _ => NormKind.None,
        };
        var node = new ModuleNode(NameOf(module.GetType()))
        {
            Norm = norm,
            Version = norm == NormKind.None ? 1 : 2,
            IsNative = module.GetName().StartsWith("torch::nn::", StringComparison.Ordinal) && module is not Sequential,
        };
        foreach (var (name, parameter) in ParametersOf(module))
        {
            CheckAlive(node, name, parameter);
            AddDotted(node, name, parameter);
        }

        if (node.IsNative)
        {
            CompleteComposites(node);
        }

        foreach (var (name, (buffer, isPersistent)) in ModuleFields.Buffers(module))
        {
            if (isPersistent && buffer is not null)
            {
                CheckAlive(node, name, buffer);
                node.Tensors[name] = buffer;
            }
        }

        foreach (var (name, child) in ChildrenOf(module))
        {
            node.Children[name] = Read(child);
        }

        return node;
    }

    /// <summary>Every tensor with its full name and the node that owns it, as a state_dict lists them.</summary>
    internal static IEnumerable<(string Key, torch.Tensor Tensor)> Entries(ModuleNode node, string prefix) =>
        node.Tensors.Select(entry => (prefix + entry.Key, entry.Value))
            .Concat(node.Children.SelectMany(child => Entries(child.Value, $"{prefix}{child.Key}.")));

    /// <summary>Which groups of a file's tensors are made one weight for a module: those of which it has no member itself.</summary>
    internal static Func<WeightGroup, bool> FoldsFor(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        var names = Entries(Read(module), prefix: "").Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        return group => group.CanFold && !group.Members.Any(member => member != group.Name && names.Contains(member));
    }

    /// <summary>Every module with its path, as <c>_metadata</c> lists them.</summary>
    internal static IEnumerable<(string Path, ModuleNode Node)> Nodes(ModuleNode node, string prefix) =>
        node.Children.SelectMany(child => Nodes(child.Value, $"{prefix}{child.Key}."))
            .Prepend((prefix.Length == 0 ? "" : prefix[..^1], node));

    private static IEnumerable<(string Name, torch.Tensor Tensor)> ParametersOf(Module module)
    {
        IEnumerable<(string Name, Parameter? Tensor)> parameters = module switch
        {
            ParameterList list => list.Select((parameter, i) => ($"{i}", (Parameter?)parameter)),
            ParameterDict dict => dict!,
            _ => ModuleFields.Parameters(module)!,
        };
        return parameters.Where(entry => entry.Tensor is not null).Select(entry => (entry.Name, (torch.Tensor)entry.Tensor!));
    }

    // The lists do not report their items before they stand in a module themselves.
    internal static IEnumerable<(string Name, Module Child)> ChildrenOf(Module module)
    {
        for (var type = module.GetType(); type != typeof(Module); type = type.BaseType!)
        {
            var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            if (kind == typeof(ModuleList<>))
            {
                return ((IEnumerable<Module>)module).Select((child, i) => ($"{i}", child));
            }

            if (kind == typeof(ModuleDict<>))
            {
                return EntriesOf((dynamic)module);
            }
        }

        return module.named_children().Select(entry => (entry.name, entry.module));
    }

    private static IEnumerable<(string Name, Module Child)> EntriesOf<T>(ModuleDict<T> dict)
        where T : Module =>
        ((IEnumerable<(string Name, T Child)>)dict).Select(entry => (entry.Name, (Module)entry.Child));

    private static string NameOf(Type type) => type.Name.Split('`')[0];

    // TorchSharp's own listings then leave it out, and a state_dict of theirs is smaller without a word.
    private static void CheckAlive(ModuleNode node, string name, torch.Tensor tensor)
    {
        if (tensor.IsInvalid)
        {
            throw new InvalidOperationException(
                $"'{name}' of {node.ClassName} has been disposed: by a DisposeScope in which the module was made, if TorchSharp has it in native code, "
                + "or by to(), if the module has the parameter under two names");
        }
    }

    private static void AddDotted(ModuleNode node, string name, torch.Tensor tensor)
    {
        var steps = name.Split('.');
        foreach (var step in steps[..^1])
        {
            if (!node.Children.TryGetValue(step, out var child))
            {
                node.Children[step] = child = new(step) { IsNative = true };
            }

            node = child;
        }

        node.Tensors[steps[^1]] = tensor;
    }

    // Brings in the children without parameters, which have no names to be found by but stand in _metadata.
    private static void CompleteComposites(ModuleNode node)
    {
        var names = _composites.FirstOrDefault(row => node.Children.ContainsKey(row.Mark)).Children ?? [];
        for (var i = 0; i < names.Length; i++)
        {
            if (!node.Children.ContainsKey(names[i]))
            {
                node.Children.Insert(i, names[i], new(names[i]) { IsNative = true });
            }
        }

        foreach (var child in node.Children.Values)
        {
            CompleteComposites(child);
        }
    }

    // TorchSharp finds fields only when RegisterComponents is called; without, a save would be empty and say nothing.
    private static void CheckRegistered(Module module)
    {
        if (module.GetType().Assembly == typeof(Module).Assembly || ModuleFields.AreComponentsRegistered(module))
        {
            return;
        }

        var registered = new HashSet<object>(ReferenceEqualityComparer.Instance);
        registered.UnionWith(ParametersOf(module).Select(entry => entry.Tensor));
        registered.UnionWith(module.named_children().Select(entry => entry.module));
        for (var type = module.GetType(); type.Assembly != typeof(Module).Assembly; type = type.BaseType!)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.GetValue(module) is Module or Parameter && !registered.Contains(field.GetValue(module)!))
                {
                    throw new InvalidOperationException(
                        $"{NameOf(module.GetType())} has not registered its field '{field.Name}'; call RegisterComponents() at the end of its constructor");
                }
            }
        }
    }
}
